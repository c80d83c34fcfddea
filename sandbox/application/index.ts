export { startPod, type Pod, type PodOptions, type PodTemplate } from "./pod.js";
