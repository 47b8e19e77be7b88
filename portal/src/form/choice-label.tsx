// What is chosen, and under it what follows.
export function ChoiceLabel({ label, effect }: { label: string; effect?: string | null | undefined }) {
  return (
    <>
      <span className="choice-mark" aria-hidden="true" />
      <span className="choice-words">
        <span>{label}</span>
        {effect && <span className="choice-effect">{effect}</span>}
      </span>
    </>
  );
}
