// SCXML → the Stately vocabulary, as far as it goes. What cannot be said there, or depends on a data
// model, throws Untranslatable with the reason.
import { SaxesParser } from "saxes";

export class Untranslatable extends Error {}

// The elements of a document as {name, attributes, children}; text is left out.
export function parse(text) {
  const top = { children: [] };
  const open = [top];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name: name.replace(/^.*:/, ""), attributes, children: [] };
    open.at(-1).children.push(element);
    open.push(element);
  });
  parser.on("closetag", () => open.pop());
  parser.write(text).close();
  return top.children[0];
}

const stateNames = new Set(["state", "parallel", "final"]);
const beyond = { history: "history", invoke: "invoke",
  script: "script", donedata: "data of done events" };

export class Converter {
  constructor(root) {
    this.paths = new Map();  // id → path
    this.ids = new Map();    // path → id
    this.unnamed = 0;
    this.name(root, "");
    this.machine = { id: "m", context: { yes: true, no: false }, ...this.state(root, "") };
  }

  // Keys without dots; ids of all states before the first target is read.
  name(element, path) {
    for (const child of element.children) {
      if (beyond[child.name]) throw new Untranslatable(beyond[child.name]);
      if (!stateNames.has(child.name)) continue;
      const id = child.attributes.id ?? `unnamed-${this.unnamed++}`;
      child.key = id.replaceAll(".", "_");
      const below = path === "" ? child.key : `${path}.${child.key}`;
      this.paths.set(id, below);
      this.ids.set(below, id);
      this.name(child, below);
    }
  }

  state(element, path) {
    const children = element.children.filter((child) => stateNames.has(child.name));
    const result = {};
    if (element.name === "final") result.type = "final";
    if (element.name === "parallel" && children.length > 0) result.type = "parallel";
    else if (children.length > 0) result.initial = this.initial(element, children, path);
    for (const child of element.children) {
      if (child.name === "onentry") (result.entry ??= []).push(...this.actions(child));
      else if (child.name === "onexit") (result.exit ??= []).push(...this.actions(child));
      else if (child.name === "transition") this.transition(child, element, result);
    }
    for (const child of children) {
      (result.states ??= {})[child.key] = this.state(child, path === "" ? child.key : `${path}.${child.key}`);
    }
    return result;
  }

  initial(element, children, path) {
    const own = element.children.find((child) => child.name === "initial");
    if (own?.children[0].children.length > 0) throw new Untranslatable("actions of an initial transition");
    const id = own?.children[0].attributes.target ?? element.attributes.initial;
    if (id === undefined) return children[0].key;
    if (id.trim().includes(" ")) throw new Untranslatable("several targets");
    const target = this.paths.get(id);
    const key = path === "" ? target : target?.slice(path.length + 1);
    if (key === undefined || key.includes(".")) throw new Untranslatable("an initial state that is no child");
    return key;
  }

  transition(element, source, into) {
    const { event, cond, target, type } = element.attributes;
    const result = {};
    if (target !== undefined) {
      if (target.trim().includes(" ")) throw new Untranslatable("several targets");
      if (!this.paths.has(target.trim())) throw new Untranslatable("a target that does not exist");
      result.target = `#m.${this.paths.get(target.trim())}`;
      // Without a word a transition leaves its source, SCXML says.
      const internal = type === "internal" && source.name !== "parallel";
      if (!internal) result.reenter = true;
    }
    if (cond !== undefined) {
      const constant = { true: "yes", false: "no" }[cond.trim()];
      if (constant === undefined) throw new Untranslatable("a condition over data");
      result.guard = constant;
    }
    const actions = this.actions(element);
    if (actions.length > 0) result.actions = actions;
    if (event === undefined) {
      (into.always ??= []).push(result);
      return;
    }
    for (const descriptor of event.trim().split(/\s+/)) {
      ((into.on ??= {})[this.descriptor(descriptor)] ??= []).push(result);
    }
  }

  // In SCXML `a` also answers `a.b`; done events carry ids, ours paths.
  descriptor(text) {
    const name = text.replace(/\.\*$|\.$/, "");
    if (name === "*") return "*";
    if (!name.startsWith("done.state.")) return `${name}.*`;
    const path = this.paths.get(name.slice("done.state.".length));
    if (path === undefined) throw new Untranslatable("done of a state that does not exist");
    return `done.state.${path}`;
  }

  actions(element) {
    return element.children.filter((child) => child.name !== "initial").map((child) => {
      if (child.name === "raise") return { type: "raise", event: child.attributes.event };
      if (child.name === "log") return `log ${child.attributes.label ?? ""}`;
      throw new Untranslatable(`the action ${child.name}`);
    });
  }
}
