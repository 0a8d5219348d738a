import { testRule, yaml } from '@meshvet/core/testing';
import { injectCronjobMetadata } from './inject-cronjob-metadata.ts';

testRule(injectCronjobMetadata, {
  good: {
    'the pod template carries it as well': yaml`
      apiVersion: batch/v1
      kind: CronJob
      metadata: { name: report, namespace: shop, labels: { sidecar.istio.io/inject: "false" } }
      spec:
        schedule: "0 1 * * *"
        jobTemplate:
          metadata: { labels: { sidecar.istio.io/inject: "false" } }
          spec:
            template:
              metadata: { labels: { sidecar.istio.io/inject: "false" } }
              spec: { restartPolicy: Never, containers: [{ name: report, image: "report:1" }] }
    `,
    'a Job has no such level': yaml`
      apiVersion: batch/v1
      kind: Job
      metadata: { name: report, namespace: shop, labels: { sidecar.istio.io/inject: "false" } }
      spec:
        template:
          metadata: { labels: { app: report } }
          spec: { restartPolicy: Never, containers: [{ name: report, image: "report:1" }] }
    `,
  },
});
