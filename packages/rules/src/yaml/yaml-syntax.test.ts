import { testRule } from '@meshvet/core/testing';
import { yamlSyntax } from './yaml-syntax.ts';

testRule(yamlSyntax);
