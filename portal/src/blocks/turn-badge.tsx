import { StatusBadge, type StatusBadgeColor } from '@tehik-ee/tedi-react/tedi';
import type { Turn } from '../api/types';
import { Icon, type IconName } from './icon';

type Look = { icon: IconName; color: StatusBadgeColor };
const LOOK: Record<Turn, Look> = {
  resident: { icon: 'person', color: 'accent' },
  municipality: { icon: 'building', color: 'brand' },
  register: { icon: 'register', color: 'neutral' },
  none: { icon: 'check', color: 'success' },
};
const PARTY: Look = { icon: 'house', color: 'brand' };   // whom the service itself names

// Whose turn it is, in words and with an icon.
export function TurnBadge({ turn, text }: { turn: Turn; text: string }) {
  const { icon, color } = LOOK[turn] ?? PARTY;
  return (
    <StatusBadge color={color} variant="filled-bordered" size="large" className="turn">
      <span className="with-icon"><Icon name={icon} size={18} />{text}</span>
    </StatusBadge>
  );
}
