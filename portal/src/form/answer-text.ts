import type { Answers, Question } from '../api/types';
import { chosen } from './validate';

// The labels of what was answered, in order.
export function answerLabels(question: Question, answers: Answers): string[] {
  return chosen(answers, question.id).map(
    (value) => question.options.find((option) => option.value === value)?.label ?? value,
  );
}
