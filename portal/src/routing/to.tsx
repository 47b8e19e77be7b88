import { Link } from '@tehik-ee/tedi-react/tedi';
import type { MouseEvent, ReactNode } from 'react';
import { useRouter } from './router';

interface ToProps {
  path: string;
  children: ReactNode;
  button?: 'primary' | 'secondary';
  className?: string;
}

// A link within the portal: a real address, followed without loading the page anew.
export function To({ path, children, button, className }: ToProps) {
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
      underline={!button}
      {...(className ? { className } : {})}
    >
      {children}
    </Link>
  );
}
