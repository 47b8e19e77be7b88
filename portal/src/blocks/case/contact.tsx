import type { CaseView } from '../../api/types';
import { useTexts } from '../../texts/use-texts';
import type { Block } from '../case-block';
import { Section } from '../section';

// Whom to ask.
function Contact({ view }: { view: CaseView }) {
  const { text } = useTexts();
  const { contact } = view.status;
  if (!contact) return null;
  return (
    <Section id="contact" title={text('contact_title')}>
      <p className="contact-unit">{contact.unit}</p>
      <dl className="items items-close">
        {contact.phone && (
          <div>
            <dt>{text('phone')}</dt>
            <dd><a className="plain-link" href={`tel:${contact.phone.replace(/[^+\d]/g, '')}`}>{contact.phone}</a></dd>
          </div>
        )}
        {contact.email && (
          <div>
            <dt>{text('email')}</dt>
            <dd><a className="plain-link" href={`mailto:${contact.email}`}>{contact.email}</a></dd>
          </div>
        )}
        {contact.hours && <div><dt>{text('hours')}</dt><dd>{contact.hours}</dd></div>}
      </dl>
    </Section>
  );
}

export const block: Block = { column: 'side', place: 20, Show: Contact };
