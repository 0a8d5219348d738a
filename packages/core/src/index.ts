export type { Config } from './config/config.ts';
