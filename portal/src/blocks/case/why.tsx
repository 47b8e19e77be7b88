import type { RuleTrace } from '../../api/types';
import { useTexts } from '../../texts/use-texts';
import type { Block } from '../case-block';
import { Section } from '../section';
import './why.css';

// The rule trace: each step that led here, its rule in words, the facts used and what came of it.
export function Why({ steps, changes }: { steps: RuleTrace[]; changes: number }) {
  const { text, moment } = useTexts();
  return (
    <Section id="why" title={text('why_title')} changes={changes}>
      {steps.length === 0 && <p>{text('why_empty')}</p>}
      <ol className="why">
        {steps.map((step) => (
          <li key={`${step.at} ${step.rule}`}>
            <h3>{step.event}</h3>
            <p className="quiet"><time dateTime={step.at}>{moment(step.at)}</time></p>
            <dl className="items">
              <div><dt>{text('why_rule')}</dt><dd>{step.rule}</dd></div>
              {step.facts.length > 0 && (
                <div>
                  <dt>{text('why_facts')}</dt>
                  <dd>
                    <ul className="facts">
                      {step.facts.map((fact) => (
                        <li key={fact.name}><span>{fact.name}:</span> {fact.value}</li>
                      ))}
                    </ul>
                  </dd>
                </div>
              )}
              {step.outcome && <div><dt>{text('why_outcome')}</dt><dd>{step.outcome}</dd></div>}
            </dl>
          </li>
        ))}
      </ol>
    </Section>
  );
}

export const block: Block = {
  column: 'main',
  place: 60,
  shows: 'why',
  Show: ({ view, changes }) => <Why steps={view.why} changes={changes} />,
};
