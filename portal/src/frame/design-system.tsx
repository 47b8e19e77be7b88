import { LabelContext, StyleProvider, type ILabelContext } from '@tehik-ee/tedi-react/tedi';
import type { ReactNode } from 'react';

// Every word of TEDI's that the portal shows is given to it as a property, so its own labels (and
// the date pickers that its LabelProvider brings along, 30 kB) stay out.
const NO_LABELS: ILabelContext = { getLabel: () => '' };

export function DesignSystem({ children }: { children: ReactNode }) {
  return (
    <LabelContext.Provider value={NO_LABELS}>
      <StyleProvider>{children}</StyleProvider>
    </LabelContext.Provider>
  );
}
