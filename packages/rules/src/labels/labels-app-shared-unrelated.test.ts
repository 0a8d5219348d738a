import { testRule } from '@meshvet/core/testing';
import { labelsAppSharedUnrelated } from './labels-app-shared-unrelated.ts';

testRule(labelsAppSharedUnrelated);
