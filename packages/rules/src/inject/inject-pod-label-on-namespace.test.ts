import { testRule } from '@meshvet/core/testing';
import { injectPodLabelOnNamespace } from './inject-pod-label-on-namespace.ts';

testRule(injectPodLabelOnNamespace);
