import type { Contact, LegalBasis } from '../api/types';
import { useTexts } from '../texts/use-texts';
import { Section } from './section';

export function Rights({ basis }: { basis: LegalBasis[] }) {
  const { text } = useTexts();
  if (basis.length === 0) return null;
  return (
    <Section id="rights" title={text('rights_title')}>
      <ul className="rights">
        {basis.map(({ id, text: words, url }) => (
          <li key={id}>{url ? <a className="plain-link" href={url} rel="external">{words}</a> : words}</li>
        ))}
      </ul>
    </Section>
  );
}

export function ContactBlock({ contact }: { contact: Contact | null }) {
  const { text } = useTexts();
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
