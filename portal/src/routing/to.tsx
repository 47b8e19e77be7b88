import { Link } from '@tehik-ee/tedi-react/tedi';
import type { MouseEvent, ReactNode } from 'react';
import { Icon } from '../blocks/icon';
import { useRouter } from './router';

interface ToProps {
  path: string;
  children: ReactNode;
  button?: 'primary' | 'secondary';
  // Leads up, and shows it with an arrow.
  back?: boolean;
  // Without an underline: only where something else shows that it is a link.
  plain?: boolean;
  className?: string;
}

// A link within the portal: a real address, followed without loading the page anew.
export function To({ path, children, button, back = false, plain = false, className }: ToProps) {
  const { navigate } = useRouter();
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    navigate(path);
  };
  return (
    <Link
      href={path}
      onClick={follow}
      visualType={button ?? 'link'}
      underline={!button && !plain}
      {...(className ? { className } : {})}
    >
      {back ? <span className="with-icon"><Icon name="left" size={16} />{children}</span> : children}
    </Link>
  );
}
