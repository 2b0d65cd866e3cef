/** What the tensor namespace exports beside operations with slopes, and why there are none. */

/** Names, some with a folder: 'image.transform'. */
const names = (text: string): string[] => text.trim().split(/\s+/);

/** Functions that are no operations, or whose results have no slopes. */
export const WITHOUT_SLOPES: Readonly<Record<string, readonly string[]>> = {
  'the result is whole numbers, truth values or text': names(`
    all any argMax argMin bincount bitwiseAnd broadcastArgs denseBincount lowerBound upperBound searchSorted oneHot
    multinomial unique setdiff1dAsync whereAsync inTopKAsync raggedRange math.confusionMatrix image.threshold
    image.nonMaxSuppression image.nonMaxSuppressionAsync image.nonMaxSuppressionWithScore
    image.nonMaxSuppressionWithScoreAsync image.nonMaxSuppressionPadded image.nonMaxSuppressionPaddedAsync
    sparse.sparseReshape string.stringNGrams string.stringSplit string.stringToHashBucketFast
    string.staticRegexReplace`),
  'it makes tensors from numbers': names(`
    buffer eye fill linspace ones range scalar tensor tensor1d tensor2d tensor3d tensor4d tensor5d tensor6d variable
    zeros rand randomGamma randomNormal randomStandardNormal randomUniform randomUniformInt truncatedNormal
    cosineWindow signal.hammingWindow signal.hannWindow`),
  'it draws at random, a mask that is then multiplied': ['dropout'],
  'it reads values before it works': ['booleanMaskAsync'],
  'it differentiates': names('customGrad grad grads valueAndGrad valueAndGrads variableGrads'),
  'it makes or runs networks, layers or files of them': names(`
    input loadGraphModel loadGraphModelSync loadLayersModel model sequential registerCallbackConstructor multiRNNCell train`),
  'it concerns backends, memory, registration or output': names(`
    backend copyRegisteredKernels deprecationWarn deregisterOp disableDeprecationWarnings dispose disposeVariables
    enableDebugMode enableProdMode enclosingPowerOfTwo engine env findBackend findBackendFactory forceHalfFloat
    getBackend getGradient getKernel getKernelsForBackend keep memory nextFrame op print profile ready
    registerBackend registerGradient registerKernel registerOp removeBackend setBackend setPlatform setWebGLContext
    sumOutType tidy time unregisterGradient unregisterKernel upcastType`),
};

/** Operations that would have slopes, and refuse to. */
export const REFUSED = names(`
  image.rotateWithOffset image.transform maxPoolWithArgmax raggedGather raggedTensorToTensor
  sparse.sparseFillEmptyRows sparse.sparseSegmentMean sparse.sparseSegmentSum`);

/** Folders of operations. */
export const FOLDERS = names('fused image linalg losses math signal sparse spectral string');

/** Other objects. */
export const APART: Readonly<Record<string, readonly string[]>> = {
  'parts of networks, and what trains them': names(`
    callbacks constraints data initializers layers metrics models regularizers`),
  'of tfjs itself': names(`
    ENV Rank Reduction backend_util broadcast_util browser device_util gather_util
    gpgpu_util io kernel_impls scatter_util serialization shared slice_util tensor_util test_util util version
    webgl webgl_util`),
};
