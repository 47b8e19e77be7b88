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

// The titles of the pages that are mounted; the last one covers the others (the log-in covers the
// page beneath it, whose title may go on changing meanwhile).
const mounted: { title: string }[] = [];

function showLast() {
  document.title = mounted.at(-1)?.title ?? 'Elukaar';
}

// The page's only h1. After a navigation within the portal it takes the focus, as a newly loaded
// page would.
export function PageTitle({ children, parts, hidden = false }: PageTitleProps) {
  const { takeArrival } = useRouter();
  const title = [...parts, 'Elukaar'].join(' – ');
  const [own] = useState({ title });
  useEffect(() => {
    mounted.push(own);
    return () => {
      mounted.splice(mounted.indexOf(own), 1);
      showLast();
    };
  }, [own]);
  useEffect(() => {
    own.title = title;
    showLast();
  }, [own, title]);

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
