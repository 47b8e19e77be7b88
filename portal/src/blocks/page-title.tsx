import { Heading } from '@tehik-ee/tedi-react/tedi';
import { useEffect, useState, type ReactNode } from 'react';
import { useRouter } from '../routing/router';

const ID = 'page-title';

interface PageTitleProps {
  children: ReactNode;
  // The document's title, from the particular to the general.
  parts: string[];
  hidden?: boolean;
}

// The page's only h1. After a navigation within the portal it takes the focus, as a newly loaded
// page would.
export function PageTitle({ children, parts, hidden = false }: PageTitleProps) {
  const { takeArrival } = useRouter();
  const title = [...parts, 'Elukaar'].join(' – ');
  useEffect(() => {
    const former = document.title; // of the page that the log-in covers for a while
    document.title = title;
    return () => {
      document.title = former;
    };
  }, [title]);

  const [arrival] = useState(takeArrival);
  useEffect(() => {
    if (arrival) document.getElementById(ID)?.focus({ preventScroll: true });
  }, [arrival]);

  return (
    <Heading element="h1" id={ID} tabIndex={-1} {...(hidden ? { className: 'sr-only' } : {})}>
      {children}
    </Heading>
  );
}
