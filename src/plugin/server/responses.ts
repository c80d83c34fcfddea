import { Metadata, status } from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import { Status } from "@pulumi/pulumi/proto/status_pb.js";
import { Any } from "google-protobuf/google/protobuf/any_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { encode, secretsOfOutputs, type Decoded, type PropertyPath } from "./propertyValues.js";
import {
  PartialFailure,
  type CheckResult,
  type DiffResult,
  type PropertyChange,
  type ResourceState,
} from "./resourceProvider.js";

/** The outputs of a resource, with what is secret in them marked. */
export function outputStruct(inputs: Decoded, state: ResourceState): Struct {
  const secrets = [...secretsOfOutputs(inputs.values, inputs.secrets, state.outputs), ...state.secretOutputs];
  return Struct.fromJavaScript(encode(state.outputs, secrets));
}

export function checkResponse(result: CheckResult, secrets: readonly PropertyPath[]): messages.CheckResponse {
  const response = new messages.CheckResponse();
  response.setInputs(Struct.fromJavaScript(encode(result.inputs, secrets)));
  response.setFailuresList(
    result.failures.map((reason) => {
      // Without a property: the engine would print the property's value, which may be a secret.
      const failure = new messages.CheckFailure();
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

export function diffResponse(result: DiffResult): messages.DiffResponse {
  const kinds = messages.PropertyDiff.Kind;
  const wireKinds: Record<PropertyChange, messages.PropertyDiff.Kind> = {
    add: kinds.ADD,
    delete: kinds.DELETE,
    update: kinds.UPDATE,
    addReplace: kinds.ADD_REPLACE,
    deleteReplace: kinds.DELETE_REPLACE,
    updateReplace: kinds.UPDATE_REPLACE,
  };
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse();
  response.setChanges(result.changes.size === 0 ? DIFF_NONE : DIFF_SOME);
  response.setHasdetaileddiff(true);
  response.setDeletebeforereplace(result.deleteBeforeReplace);
  for (const [path, change] of result.changes) {
    const difference = new messages.PropertyDiff();
    difference.setKind(wireKinds[change]);
    response.getDetaileddiffMap().set(path, difference);
    response.addDiffs(path.split(/[.[]/)[0] ?? path);
    if (change.endsWith("Replace")) {
      response.addReplaces(path);
    }
  }
  return response;
}

/** An error as gRPC carries it; a partial failure takes the state of its resource along. */
export function wireError(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new Metadata();
  if (error instanceof PartialFailure) {
    const detail = new messages.ErrorResourceInitFailed();
    detail.setId(error.state.id);
    detail.setProperties(Struct.fromJavaScript(encode(error.state.outputs, error.state.secretOutputs)));
    detail.setReasonsList([message]);
    const packed = new Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const wireStatus = new Status();
    wireStatus.setCode(status.UNKNOWN);
    wireStatus.setMessage(message);
    wireStatus.addDetails(packed);
    // gRPC's own field for structured errors, which the Go side reads and this library has no call for.
    metadata.add("grpc-status-details-bin", Buffer.from(wireStatus.serializeBinary()));
  }
  const code = (error as { grpcStatus?: status }).grpcStatus ?? status.UNKNOWN;
  return { name: "PluginError", message, code, details: message, metadata };
}
