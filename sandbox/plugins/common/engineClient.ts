import { credentials } from "@grpc/grpc-js";
import { EngineClient as GeneratedClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";

/** Speaks to the engine that started the plugin. */
export class EngineClient {
  private readonly client: GeneratedClient;

  public constructor(address: string) {
    this.client = new GeneratedClient(address, credentials.createInsecure());
  }

  /** Shows a line on the resource's row for as long as the operation runs. */
  public status(urn: string, message: string): void {
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(true);
    this.client.log(request, () => {
      // A status line that cannot be shown is no reason to fail the operation it speaks of.
    });
  }
}
