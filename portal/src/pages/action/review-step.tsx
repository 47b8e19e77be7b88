import { Button, Card, CardContent } from '@tehik-ee/tedi-react/tedi';
import { useEffect } from 'react';
import type { Answers } from '../../api/types';
import { KnownItems } from '../../blocks/known-items';
import { Notice } from '../../blocks/notice';
import { answerLabels } from '../../form/answer-text';
import { validate } from '../../form/validate';
import { useReach } from '../../live/live';
import { useRouter } from '../../routing/router';
import { To } from '../../routing/to';
import { useTexts } from '../../texts/use-texts';
import { ActionHeader } from './action-header';
import { REASON, type Offer, type Sending } from './offer';
import { About } from './form-step';

interface ReviewStepProps {
  offer: Offer;
  answers: Answers;
  changed: boolean;
  back: string;
  path: string;
  sending: Sending;
  send: () => void;
}

// Everything that will be sent, and the button that sends it. An act without a form begins here.
export function ReviewStep({ offer, answers, changed, back, path, sending, send }: ReviewStepProps) {
  const { text } = useTexts();
  const { navigate } = useRouter();
  const { offlineSince } = useReach();
  const { action, form } = offer;
  const complete = !form || validate(form.asked, answers, text).length === 0;
  useEffect(() => {
    if (!complete) navigate(path); // the page was opened anew: the answers are gone
  }, [complete, navigate, path]);
  if (!complete) return null;

  const offline = offlineSince !== null;
  // Of the chosen reason, where it has one of its own: a clause of the municipality's file.
  const reason = action.reasons?.find((one) => one.value === answers[REASON]);
  const effect = reason?.effect ? text('reason_effect', { effect: reason.effect }) : action.effect;
  return (
    <div className="page page-narrow">
      {sending.failed && <Notice type="danger" urgent key={sending.attempt}>{text('send_failed')}</Notice>}
      <ActionHeader offer={offer} title={form ? text('review_title') : action.label} back={back}
        {...(form ? { step: 2 } : {})} />
      {changed && <Notice type="info">{text('stale')}</Notice>}
      <About facts={offer.facts} />
      <Card>
        <CardContent>
          {form && (
            <>
              <dl className="items items-strong">
                {form.asked.map((question) => (
                  <div key={question.id}>
                    <dt>{question.label}</dt>
                    <dd><Labels labels={answerLabels(question, answers)} ranked={question.type === 'ranked'} /></dd>
                  </div>
                ))}
              </dl>
              <p><To path={path}>{text('review_change')}</To></p>
              {form.known.length > 0 && <h2 className="h4">{text('form_known')}</h2>}
              <KnownItems items={form.known} />
            </>
          )}
          {effect && <p>{effect}</p>}
        </CardContent>
      </Card>
      <div className="form-end">
        <p className="quiet" id="receipt-counts">{text('counts_from_receipt')}</p>
        {offline && <p id="send-offline" className="field-error">{text('send_offline')}</p>}
        <Button size="large" onClick={() => !offline && send()}
          aria-disabled={offline || sending.busy || undefined}
          aria-describedby={`receipt-counts${offline ? ' send-offline' : ''}`}>
          {sending.busy ? text('sending') : (form?.submitLabel ?? action.label)}
        </Button>
      </div>
    </div>
  );
}

function Labels({ labels, ranked }: { labels: string[]; ranked: boolean }) {
  if (!ranked) return <>{labels.join(', ')}</>;
  return <ol className="numbered">{labels.map((label) => <li key={label}>{label}</li>)}</ol>;
}
