// The labels of one language, `./labels.json?et`: the build makes each of the one file (vite.config.ts).
declare module '*labels.json?et' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*labels.json?en' {
  const texts: Record<string, unknown>;
  export default texts;
}
declare module '*labels.json?ru' {
  const texts: Record<string, unknown>;
  export default texts;
}
