import { describeRecordStore } from '../records/store.contract.ts';
import { MemoryStore } from './memory.ts';

describeRecordStore('in memory', {
  open: async () => new MemoryStore(),
  close: async () => {},
  leaves: async (store) => (store as MemoryStore).entries().map(({ leaf }) => JSON.parse(leaf.toString())),
});
