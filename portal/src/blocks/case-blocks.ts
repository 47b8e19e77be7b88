import type { Block } from './case-block';

const found = import.meta.glob<Block>('./case/*.tsx', { eager: true, import: 'block' });

// The blocks of a case's page in their order, one a file of the folder; a file that exports none breaks the build.
export const BLOCKS: Block[] = Object.values(found).sort((a, b) => a.place - b.place);
