import { PageTitle } from '../../blocks/page-title';
import { To } from '../../routing/to';
import { useTexts } from '../../texts/use-texts';
import type { Offer } from './offer';

interface ActionHeaderProps {
  offer: Pick<Offer, 'subject' | 'service'>;
  title: string;
  back: string;
  step?: number;
  wrong?: boolean;
}

export function ActionHeader({ offer, title, back, step, wrong = false }: ActionHeaderProps) {
  const { text } = useTexts();
  const named = wrong ? `${text('error_prefix')} ${title}` : title;
  return (
    <header className="case-header">
      <nav aria-label={text('breadcrumb')}><To path={back} back>{text('back_to_case')}</To></nav>
      <p className="overline">{offer.subject} · {offer.service}</p>
      <PageTitle parts={[named, offer.subject, offer.service]}>{title}</PageTitle>
      {step && <p className="quiet">{text('form_step', { step, steps: 2 })}</p>}
    </header>
  );
}
