import { testRule } from '@meshvet/core/testing';
import { yamlBomb } from './yaml-bomb.ts';

testRule(yamlBomb);
