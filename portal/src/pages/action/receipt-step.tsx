import { Button, Card, CardContent } from '@tehik-ee/tedi-react/tedi';
import { useCallback, useEffect, useRef } from 'react';
import { api } from '../../api/client';
import type { ActionView } from '../../api/types';
import { useResource } from '../../api/use-resource';
import { Icon } from '../../blocks/icon';
import { LoadProblem } from '../../blocks/load-problem';
import { Loading } from '../../blocks/loading';
import { Notice } from '../../blocks/notice';
import { PageTitle } from '../../blocks/page-title';
import { useAnnounce } from '../../live/announcer';
import { useLiveEvents } from '../../live/live';
import { To } from '../../routing/to';
import { toDate } from '../../texts/message';
import { useTexts } from '../../texts/use-texts';

// The stream tells the outcome; asking now and then covers the time in which there is none.
const ASK_AGAIN_MS = 15_000;

interface ReceiptStepProps {
  id: string;
  name: string;
  action: string;
  retry: () => void;
}

// When the act arrived (that is what counts), and what became of it as soon as that is known.
export function ReceiptStep({ id, name, action, retry }: ReceiptStepProps) {
  const { language, text } = useTexts();
  const load = useCallback(() => api.action(action, language), [action, language]);
  const { value: receipt, failure, refresh } = useResource(load);
  const pending = receipt?.outcome === 'pending';

  useLiveEvents((event) => {
    if (event.kind === 'snapshot' || (event.kind === 'action' && event.action === action)) refresh();
  });
  useEffect(() => {
    if (!pending) return;
    const timer = setInterval(refresh, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [pending, refresh]);
  useOutcomeSpoken(receipt);

  if (!receipt) return failure === null ? <Loading /> : <LoadProblem status={failure} retry={refresh} />;
  const title = text(name === 'apply' ? 'receipt_title' : 'receipt_title_other');
  return (
    <div className="page page-narrow">
      <header className="case-header"><PageTitle parts={[title]}>{title}</PageTitle></header>
      <Card>
        <CardContent>
          <p className="received"><Icon name="check" /> {text('received', { at: toDate(receipt.receivedAt) })}</p>
          <Outcome receipt={receipt} retry={retry} />
          <div className="status-do">
            <To path={`/cases/${id}`} button={receipt.outcome === 'refused' ? 'secondary' : 'primary'}>
              {text('receipt_to_case')}
            </To>
          </div>
        </CardContent>
      </Card>
    </div>
  );
}

function Outcome({ receipt, retry }: { receipt: ActionView; retry: () => void }) {
  const { text } = useTexts();
  if (receipt.outcome === 'accepted') return <Notice type="success">{text('action_accepted')}</Notice>;
  if (receipt.outcome === 'pending') {
    return (
      <Notice type="info" icon="clock">
        <p>{text('action_pending')}</p>
        <p>{text('receipt_leave')}</p>
      </Notice>
    );
  }
  return (
    <Notice type="warning">
      <p><strong>{refusal(receipt, text)}</strong></p>
      <Button visualType="secondary" onClick={retry}>{text('receipt_to_form')}</Button>
    </Notice>
  );
}

// The reason is a clause of the service's texts, without capital and full stop.
function refusal(receipt: ActionView, text: ReturnType<typeof useTexts>['text']): string {
  return receipt.reason ? text('receipt_refused_because', { reason: receipt.reason.text }) : text('receipt_refused');
}

function useOutcomeSpoken(receipt: ActionView | null): void {
  const { text } = useTexts();
  const announce = useAnnounce();
  const former = useRef<string>();
  useEffect(() => {
    if (!receipt || former.current === receipt.outcome) return;
    if (former.current && receipt.outcome === 'accepted') announce(text('action_accepted'));
    if (former.current && receipt.outcome === 'refused') {
      announce(refusal(receipt, text));
    }
    former.current = receipt.outcome;
  }, [receipt, text, announce]);
}
