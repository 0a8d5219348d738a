// The types of Kubernetes that rules walk with. They say which keys exist, not what is really written.
export type {
  Container,
  ContainerPort,
  PodSpec,
  PodTemplateSpec,
  ServicePort as ServicePortSpec,
  ServiceSpec,
} from 'kubernetes-types/core/v1.js';
