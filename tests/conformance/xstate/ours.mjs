// Our charts, walked by one process (walker.cpp says what goes in and out).
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export class Walker {
  constructor(program = process.env.STATECHART_WALKER) {
    if (!program) throw new Error("set STATECHART_WALKER to the program statechart_walker of the build");
    this.process = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
    this.waiting = [];
    createInterface({ input: this.process.stdout }).on("line", (line) => this.waiting.shift().resolve(JSON.parse(line)));
    this.process.on("exit", (code, signal) => {
      for (const { reject } of this.waiting) reject(new Error(`the walker ended: ${signal ?? code}`));
    });
  }

  // The answers to several tasks, in their order.
  walk(tasks) {
    const answers = tasks.map(() => new Promise((resolve, reject) => this.waiting.push({ resolve, reject })));
    this.process.stdin.write(tasks.map((task) => `${JSON.stringify(task)}\n`).join(""));
    return Promise.all(answers);
  }

  end() {
    this.process.stdin.end();
  }
}
