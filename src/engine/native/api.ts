/**
 * TensorFlow's C API through koffi: only what the engine calls. Pointers are BigInt; typed arrays go in as pointers.
 * Signatures: tensorflow/c/c_api.h and tensorflow/c/eager/c_api.h,
 * c_api_experimental.h of both.
 */
import type { LibraryHandle } from 'koffi';

const DECLARATIONS = {
  version: 'const char* TF_Version()',
  newStatus: 'void* TF_NewStatus()',
  deleteStatus: 'void TF_DeleteStatus(void*)',
  statusCode: 'int TF_GetCode(void*)',
  statusMessage: 'const char* TF_Message(void*)',
  setStatus: 'void TF_SetStatus(void*, int, const char*)',

  newContextOptions: 'void* TFE_NewContextOptions()',
  deleteContextOptions: 'void TFE_DeleteContextOptions(void*)',
  setConfig: 'void TFE_ContextOptionsSetConfig(void*, const uint8_t*, size_t, void*)',
  newContext: 'void* TFE_NewContext(void*, void*)',
  listDevices: 'void* TFE_ContextListDevices(void*, void*)',
  deviceCount: 'int TF_DeviceListCount(void*)',
  deviceName: 'const char* TF_DeviceListName(void*, int, void*)',
  deviceType: 'const char* TF_DeviceListType(void*, int, void*)',
  deleteDevices: 'void TF_DeleteDeviceList(void*)',

  enableCollectives: 'void TFE_EnableCollectiveOps(void*, const uint8_t*, size_t, void*)',
  checkPeer: 'void TFE_CollectiveOpsCheckPeerHealth(void*, const char*, int64_t, void*)',
  abortCollectives: 'void TFE_AbortCollectiveOps(void*, void*)',

  allocateTensor: 'void* TF_AllocateTensor(int, const int64_t*, int, size_t)',
  tensorData: 'void* TF_TensorData(void*)',
  tensorBytes: 'size_t TF_TensorByteSize(void*)',
  deleteTensor: 'void TF_DeleteTensor(void*)',
  copy: 'void* memcpy(void*, const void*, size_t)',

  newHandle: 'void* TFE_NewTensorHandle(void*, void*)',
  deleteHandle: 'void TFE_DeleteTensorHandle(void*)',
  resolve: 'void* TFE_TensorHandleResolve(void*, void*)',
  handleType: 'int TFE_TensorHandleDataType(void*)',
  handleRank: 'int TFE_TensorHandleNumDims(void*, void*)',
  handleDim: 'int64_t TFE_TensorHandleDim(void*, int, void*)',

  newOp: 'void* TFE_NewOp(void*, const char*, void*)',
  deleteOp: 'void TFE_DeleteOp(void*)',
  setDevice: 'void TFE_OpSetDevice(void*, const char*, void*)',
  addInput: 'void TFE_OpAddInput(void*, void*, void*)',
  attrType: 'void TFE_OpSetAttrType(void*, const char*, int)',
  attrInt: 'void TFE_OpSetAttrInt(void*, const char*, int64_t)',
  attrInts: 'void TFE_OpSetAttrIntList(void*, const char*, const int64_t*, int)',
  attrFloat: 'void TFE_OpSetAttrFloat(void*, const char*, float)',
  attrBool: 'void TFE_OpSetAttrBool(void*, const char*, uint8_t)',
  attrString: 'void TFE_OpSetAttrString(void*, const char*, const uint8_t*, size_t)',
  attrShape: 'void TFE_OpSetAttrShape(void*, const char*, const int64_t*, int, void*)',
  execute: 'void TFE_Execute(void*, void*, void*, void*)',
  addFunction: 'void TFE_ContextAddFunction(void*, void*, void*)',
  removeFunction: 'void TFE_ContextRemoveFunction(void*, const char*, void*)',

  newGraph: 'void* TF_NewGraph()',
  deleteGraph: 'void TF_DeleteGraph(void*)',
  newNode: 'void* TF_NewOperation(void*, const char*, const char*)',
  nodeInput: 'void TF_AddInput(void*, ScorebookOutput)',
  nodeInputList: 'void TF_AddInputList(void*, const ScorebookOutput*, int)',
  nodeType: 'void TF_SetAttrType(void*, const char*, int)',
  nodeInt: 'void TF_SetAttrInt(void*, const char*, int64_t)',
  nodeInts: 'void TF_SetAttrIntList(void*, const char*, const int64_t*, int)',
  nodeFloat: 'void TF_SetAttrFloat(void*, const char*, float)',
  nodeBool: 'void TF_SetAttrBool(void*, const char*, uint8_t)',
  nodeString: 'void TF_SetAttrString(void*, const char*, const uint8_t*, size_t)',
  nodeShape: 'void TF_SetAttrShape(void*, const char*, const int64_t*, int)',
  nodeTensor: 'void TF_SetAttrTensor(void*, const char*, void*, void*)',
  finishNode: 'void* TF_FinishOperation(void*, void*)',
  setOutputShape: 'void TF_GraphSetTensorShape(void*, ScorebookOutput, const int64_t*, int, void*)',
  outputType: 'int TF_OperationOutputType(ScorebookOutput)',
  outputRank: 'int TF_GraphGetTensorNumDims(void*, ScorebookOutput, void*)',
  outputShape: 'void TF_GraphGetTensorShape(void*, ScorebookOutput, int64_t*, int, void*)',
  graphToFunction:
    'void* TF_GraphToFunction(void*, const char*, uint8_t, int, void*, int, const ScorebookOutput*, int, const ScorebookOutput*, void*, void*, const char*, void*)',
  copyFunction: 'void TF_GraphCopyFunction(void*, void*, void*, void*)',
  deleteFunction: 'void TF_DeleteFunction(void*)',
} as const;

/** A C pointer. `null` only where C takes NULL. */
export type Pointer = bigint | null;
/** What goes where C expects a pointer. */
export type Address = Pointer | ArrayBufferView;

type Argument = Address | number | bigint | string | GraphOutput | readonly GraphOutput[];

/** One output of a graph node (`TF_Output`). */
export interface GraphOutput {
  oper: Pointer;
  index: number;
}

type Result<D extends string> = D extends `void* ${string}`
  ? bigint
  : D extends `const char* ${string}`
    ? string
    : D extends `void ${string}`
      ? void
      : number;

interface NativeCall<R> {
  (...args: Argument[]): R;
  /** The same on a worker thread; the last argument is called with an error or null when it has returned. */
  async(...args: (Argument | ((error: Error | null) => void))[]): void;
}

export type Api = { [K in keyof typeof DECLARATIONS]: NativeCall<Result<(typeof DECLARATIONS)[K]>> };

/** Binds every function; throws with the symbol's name when the library lacks one. */
export function bindApi(library: LibraryHandle): Api {
  const bound = Object.entries(DECLARATIONS).map(([name, declaration]) => [name, library.func(declaration)]);
  return Object.fromEntries(bound) as Api;
}
