import { testRule } from '@meshvet/core/testing';
import { injectLabelAnnotationDisagree } from './inject-label-annotation-disagree.ts';

testRule(injectLabelAnnotationDisagree);
