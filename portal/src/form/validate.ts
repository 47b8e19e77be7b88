import type { Answers, FieldError, Question } from '../api/types';
import type { Texts } from '../texts/use-texts';

export function chosen(answers: Answers, id: string): string[] {
  const answer = answers[id];
  if (answer === undefined) return [];
  return Array.isArray(answer) ? answer : [answer];
}

// What is wrong with the answers, in the order of the questions. The server checks again.
export function validate(questions: Question[], answers: Answers, text: Texts['text']): FieldError[] {
  return questions.flatMap((question) => {
    const count = chosen(answers, question.id).length;
    const wrong = (words: string) => [{ field: question.id, text: words }];
    const { label } = question;
    if (question.type === 'choice') return count === 1 ? [] : wrong(text('error_choice', { label }));
    if (count < question.atLeast) return wrong(text('error_few', { label, least: question.atLeast }));
    if (count > question.atMost) return wrong(text('error_many', { label, most: question.atMost }));
    return [];
  });
}

// The control that a link of the error summary leads to.
export const fieldTarget = (id: string) => `field-${id}`;
