import { serve } from "../../../src/plugin/server/serve.js";
import { KubernetesProvider } from "./provider.js";

// Stand-in for pulumi-resource-kubernetes; its version comes from the launcher, which knows which SDK it was installed for.
serve(new KubernetesProvider(process.env.PULUMI_STAND_IN_VERSION ?? "0.0.0")).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
