import { testRule } from '@meshvet/core/testing';
import { yamlMergeOrder } from './yaml-merge-order.ts';

testRule(yamlMergeOrder);
