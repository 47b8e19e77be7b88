import { Alert, type AlertType } from '@tehik-ee/tedi-react/tedi';
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon';

const ICONS: Record<AlertType, IconName> = {
  info: 'info',
  success: 'check',
  warning: 'warning',
  danger: 'warning',
};

interface NoticeProps {
  type: AlertType;
  children: ReactNode;
  icon?: IconName;
  // Interrupts a screen reader: only for a failed submission and the end of the session.
  urgent?: boolean;
}

// A banner. TEDI's Alert is assertive and labelled in English unless told otherwise; ours is silent
// (changes are spoken by the announcer) or, where it must interrupt, an alert without a label.
export function Notice({ type, children, icon, urgent = false }: NoticeProps) {
  const own = { 'aria-label': undefined, 'aria-live': undefined };
  const content = (
    <div className="notice">
      <Icon name={icon ?? ICONS[type]} />
      <div>{children}</div>
    </div>
  );
  return urgent ? (
    <div role="alert">
      <Alert type={type} role="none" {...own}>{content}</Alert>
    </div>
  ) : (
    <Alert type={type} role="none" {...own}>{content}</Alert>
  );
}
