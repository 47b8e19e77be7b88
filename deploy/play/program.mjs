// The commands of the program that the play needs, and how it speaks to the terminal.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export class Program {
  #binary;
  #settings;

  constructor(binary, settings) {
    this.#binary = binary;
    this.#settings = settings;
  }

  // How many life events ended how: { applied, duplicates, parked, reasons? }.
  async counts() {
    return JSON.parse(await this.#run("counts", "--settings", this.#settings, "--format", "json"));
  }

  // Makes the orchestrator's clock show `time` now and go on at the ordinary pace.
  async setClock(time) {
    const seconds = Math.round((time.getTime() - Date.now()) / 1000);
    await this.#run("clock", "--settings", this.#settings, "set", `--offset=${seconds}`, "--factor=1");
  }

  // What the orchestrator's clock shows.
  async clock() {
    const said = await this.#run("clock", "--settings", this.#settings, "show");
    return new Date(said.split(" ")[0]);
  }

  async #run(...words) {
    try {
      return (await run(this.#binary, words)).stdout;
    } catch (error) {
      throw new Error(`elukaar ${words[0]} failed: ${(error.stderr || error.message).trim()}`);
    }
  }
}

const clock = () => new Date().toLocaleTimeString("en-GB");

// One line a step.
export function step(text) {
  console.log(`${clock()}  ${text}`);
}

// Something said within a step, wrapped at 100 columns.
export function detail(text) {
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line && line.length + word.length > 88) {
      console.log(`          ${line}`);
      line = "";
    }
    line += (line && " ") + word;
  }
  if (line) console.log(`          ${line}`);
}

// A line that moves on a terminal; elsewhere every fifth of the way.
export function progressLine(what) {
  let said = 0;
  return (done, total) => {
    if (process.stdout.isTTY) process.stdout.write(`\r          ${what}: ${done} of ${total}${done === total ? "\n" : ""}`);
    else if (done === total || Math.floor((5 * done) / total) > said) {
      said = Math.floor((5 * done) / total);
      detail(`${what}: ${done} of ${total}`);
    }
  };
}
