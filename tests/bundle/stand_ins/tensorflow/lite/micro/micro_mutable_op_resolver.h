// STAND-IN for TensorFlow Lite Micro's header of this name: what generated code uses of it, nothing else.
// The names are those of tflite-micro at 90b983c2b (2026).
#pragma once

#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace tflite {

template <unsigned int tOpCount>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  TfLiteStatus AddAbs() { return Count(); }
  TfLiteStatus AddAdd() { return Count(); }
  TfLiteStatus AddAddN() { return Count(); }
  TfLiteStatus AddArgMax() { return Count(); }
  TfLiteStatus AddArgMin() { return Count(); }
  TfLiteStatus AddAssignVariable() { return Count(); }
  TfLiteStatus AddAveragePool2D() { return Count(); }
  TfLiteStatus AddBatchMatMul() { return Count(); }
  TfLiteStatus AddBatchToSpaceNd() { return Count(); }
  TfLiteStatus AddBroadcastArgs() { return Count(); }
  TfLiteStatus AddBroadcastTo() { return Count(); }
  TfLiteStatus AddCallOnce() { return Count(); }
  TfLiteStatus AddCast() { return Count(); }
  TfLiteStatus AddCeil() { return Count(); }
  TfLiteStatus AddCircularBuffer() { return Count(); }
  TfLiteStatus AddConcatenation() { return Count(); }
  TfLiteStatus AddConv2D() { return Count(); }
  TfLiteStatus AddCos() { return Count(); }
  TfLiteStatus AddCumSum() { return Count(); }
  TfLiteStatus AddDecode() { return Count(); }
  TfLiteStatus AddDelay() { return Count(); }
  TfLiteStatus AddDepthToSpace() { return Count(); }
  TfLiteStatus AddDepthwiseConv2D() { return Count(); }
  TfLiteStatus AddDequantize() { return Count(); }
  TfLiteStatus AddDetectionPostprocess() { return Count(); }
  TfLiteStatus AddDiv() { return Count(); }
  TfLiteStatus AddDynamicUpdateSlice() { return Count(); }
  TfLiteStatus AddElu() { return Count(); }
  TfLiteStatus AddEmbeddingLookup() { return Count(); }
  TfLiteStatus AddEnergy() { return Count(); }
  TfLiteStatus AddEqual() { return Count(); }
  TfLiteStatus AddEthosU() { return Count(); }
  TfLiteStatus AddExp() { return Count(); }
  TfLiteStatus AddExpandDims() { return Count(); }
  TfLiteStatus AddFftAutoScale() { return Count(); }
  TfLiteStatus AddFill() { return Count(); }
  TfLiteStatus AddFilterBank() { return Count(); }
  TfLiteStatus AddFilterBankLog() { return Count(); }
  TfLiteStatus AddFilterBankSpectralSubtraction() { return Count(); }
  TfLiteStatus AddFilterBankSquareRoot() { return Count(); }
  TfLiteStatus AddFloor() { return Count(); }
  TfLiteStatus AddFloorDiv() { return Count(); }
  TfLiteStatus AddFloorMod() { return Count(); }
  TfLiteStatus AddFramer() { return Count(); }
  TfLiteStatus AddFullyConnected() { return Count(); }
  TfLiteStatus AddGather() { return Count(); }
  TfLiteStatus AddGatherNd() { return Count(); }
  TfLiteStatus AddGreater() { return Count(); }
  TfLiteStatus AddGreaterEqual() { return Count(); }
  TfLiteStatus AddHardSwish() { return Count(); }
  TfLiteStatus AddIf() { return Count(); }
  TfLiteStatus AddIrfft() { return Count(); }
  TfLiteStatus AddL2Normalization() { return Count(); }
  TfLiteStatus AddL2Pool2D() { return Count(); }
  TfLiteStatus AddLeakyRelu() { return Count(); }
  TfLiteStatus AddLess() { return Count(); }
  TfLiteStatus AddLessEqual() { return Count(); }
  TfLiteStatus AddLog() { return Count(); }
  TfLiteStatus AddLogSoftmax() { return Count(); }
  TfLiteStatus AddLogicalAnd() { return Count(); }
  TfLiteStatus AddLogicalNot() { return Count(); }
  TfLiteStatus AddLogicalOr() { return Count(); }
  TfLiteStatus AddLogistic() { return Count(); }
  TfLiteStatus AddMaxPool2D() { return Count(); }
  TfLiteStatus AddMaximum() { return Count(); }
  TfLiteStatus AddMean() { return Count(); }
  TfLiteStatus AddMinimum() { return Count(); }
  TfLiteStatus AddMirrorPad() { return Count(); }
  TfLiteStatus AddMul() { return Count(); }
  TfLiteStatus AddNeg() { return Count(); }
  TfLiteStatus AddNotEqual() { return Count(); }
  TfLiteStatus AddOverlapAdd() { return Count(); }
  TfLiteStatus AddPCAN() { return Count(); }
  TfLiteStatus AddPack() { return Count(); }
  TfLiteStatus AddPad() { return Count(); }
  TfLiteStatus AddPadV2() { return Count(); }
  TfLiteStatus AddPrelu() { return Count(); }
  TfLiteStatus AddQuantize() { return Count(); }
  TfLiteStatus AddReadVariable() { return Count(); }
  TfLiteStatus AddReduceAll() { return Count(); }
  TfLiteStatus AddReduceMax() { return Count(); }
  TfLiteStatus AddReduceMin() { return Count(); }
  TfLiteStatus AddRelu() { return Count(); }
  TfLiteStatus AddRelu6() { return Count(); }
  TfLiteStatus AddReshape() { return Count(); }
  TfLiteStatus AddResizeBilinear() { return Count(); }
  TfLiteStatus AddResizeNearestNeighbor() { return Count(); }
  TfLiteStatus AddReverseV2() { return Count(); }
  TfLiteStatus AddRfft() { return Count(); }
  TfLiteStatus AddRound() { return Count(); }
  TfLiteStatus AddRsqrt() { return Count(); }
  TfLiteStatus AddSelectV2() { return Count(); }
  TfLiteStatus AddShape() { return Count(); }
  TfLiteStatus AddSin() { return Count(); }
  TfLiteStatus AddSlice() { return Count(); }
  TfLiteStatus AddSoftmax() { return Count(); }
  TfLiteStatus AddSpaceToBatchNd() { return Count(); }
  TfLiteStatus AddSpaceToDepth() { return Count(); }
  TfLiteStatus AddSplit() { return Count(); }
  TfLiteStatus AddSplitV() { return Count(); }
  TfLiteStatus AddSqrt() { return Count(); }
  TfLiteStatus AddSquare() { return Count(); }
  TfLiteStatus AddSquaredDifference() { return Count(); }
  TfLiteStatus AddSqueeze() { return Count(); }
  TfLiteStatus AddStacker() { return Count(); }
  TfLiteStatus AddStridedSlice() { return Count(); }
  TfLiteStatus AddSub() { return Count(); }
  TfLiteStatus AddSum() { return Count(); }
  TfLiteStatus AddSvdf() { return Count(); }
  TfLiteStatus AddTanh() { return Count(); }
  TfLiteStatus AddTranspose() { return Count(); }
  TfLiteStatus AddTransposeConv() { return Count(); }
  TfLiteStatus AddUnidirectionalSequenceLSTM() { return Count(); }
  TfLiteStatus AddUnpack() { return Count(); }
  TfLiteStatus AddVarHandle() { return Count(); }
  TfLiteStatus AddWhile() { return Count(); }
  TfLiteStatus AddWindow() { return Count(); }
  TfLiteStatus AddZerosLike() { return Count(); }

  // Of this stand-in only: whether all places are taken, and no more.
  bool full() const { return count_ == tOpCount; }

 private:
  TfLiteStatus Count() { return ++count_ <= tOpCount ? kTfLiteOk : kTfLiteError; }
  unsigned int count_ = 0;
};

}  // namespace tflite
