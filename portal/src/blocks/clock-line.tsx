import type { LegalClock } from '../api/types';
import { useTexts } from '../texts/use-texts';
import './clock-line.css';

// The legal time limit: days used and left, its last day, and why it stands still where it does.
export function ClockLine({ clock }: { clock: LegalClock }) {
  const { text, date } = useTexts();
  return (
    <div className={`clock clock-${clock.state}`}>
      <p>
        {clock.name && <span className="clock-name">{clock.name}: </span>}
        {clock.text}
        {clock.due && clock.state !== 'decided' && (
          <span className="quiet"> · {text('clock_due')} <time dateTime={clock.due}>{date(clock.due)}</time></span>
        )}
      </p>
      {clock.paused && <p>{clock.paused}</p>}
    </div>
  );
}
