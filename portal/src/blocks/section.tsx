import { Card, CardContent, Heading, StatusBadge } from '@tehik-ee/tedi-react/tedi';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTexts } from '../texts/use-texts';

interface SectionProps {
  id: string;
  title: string;
  children: ReactNode;
  // Counts up with every pushed change of this block; then it is marked as new until seen.
  changes?: number;
  className?: string;
}

const SEEN_AFTER_MS = 15_000;

// One block of a page: a card under a second-level heading that can be linked to.
export function Section({ id, title, children, changes = 0, className = '' }: SectionProps) {
  const place = useRef<HTMLElement>(null);
  const fresh = useFresh(place, changes);
  return (
    <section ref={place} id={id} aria-labelledby={`${id}-title`} className={`block ${className}`}>
      <Card>
        <CardContent>
          <div className="block-title">
            <Heading element="h2" modifiers="h3" id={`${id}-title`} tabIndex={-1}>
              {title}
            </Heading>
            {fresh && <NewBadge />}
          </div>
          {children}
        </CardContent>
      </Card>
    </section>
  );
}

export function NewBadge() {
  const { text } = useTexts();
  return <StatusBadge color="accent" variant="filled-bordered">{text('new')}</StatusBadge>;
}

// True from a change until the block has been on the screen for a while.
export function useFresh(place: React.RefObject<HTMLElement>, changes: number): boolean {
  const [seen, setSeen] = useState(changes);
  const fresh = changes > seen;

  useEffect(() => {
    if (!fresh || !place.current) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = new IntersectionObserver(([entry]) => {
      clearTimeout(timer);
      if (entry?.isIntersecting) timer = setTimeout(() => setSeen(changes), SEEN_AFTER_MS);
    });
    watch.observe(place.current);
    return () => {
      clearTimeout(timer);
      watch.disconnect();
    };
  }, [fresh, changes, place]);
  return fresh;
}
