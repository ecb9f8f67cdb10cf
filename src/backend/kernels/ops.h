// Shared by the ops: the kernels of this CPU, TensorFlow's own worker threads, scratch memory.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>

#include "kernels.h"
#include "tensorflow/core/common_runtime/dma_helper.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/util/work_sharder.h"

namespace tokenwise {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;

/** The widest set of this CPU, up to the one that TOKENWISE_ISA names (instruction-set.ts refuses other names). */
inline const Kernels& best() {
#if defined(__x86_64__)
  static const Kernels& found = []() -> const Kernels& {
    const char* limit = std::getenv("TOKENWISE_ISA");
    const std::string most = limit ? limit : "";
    const bool allows512 = most.empty() || most.rfind("avx512", 0) == 0;
    if (allows512 && most != "avx512" && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw"))
      return avx512bf16::kernels;
    if (allows512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
      return avx512::kernels;
    if (most != "portable" && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2::kernels;
    return portable::kernels;
  }();
  return found;
#else
  return portable::kernels;
#endif
}

/** Calls work(from, to) over [0, total) on TensorFlow's threads; one unit takes `cycles`. */
inline void share(OpKernelContext* context, long total, long cycles, const std::function<void(long, long)>& work) {
  const auto& threads = *context->device()->tensorflow_cpu_worker_threads();
  tensorflow::Shard(threads.num_threads, threads.workers, total, cycles,
                    [&work](tensorflow::int64 from, tensorflow::int64 to) { work(from, to); });
}

/** This thread's scratch memory. It is kept, because new memory costs a page fault for every 4 kB. */
inline float* scratch(long numbers) {
  static thread_local std::vector<float> memory;
  if (static_cast<long>(memory.size()) < numbers) memory.resize(numbers);
  return memory.data();
}

inline const float* floats(OpKernelContext* context, int input) { return context->input(input).flat<float>().data(); }
inline const int* integers(OpKernelContext* context, int input) { return context->input(input).flat<int>().data(); }

/** A new float32 output; null, with the error set, if there is not enough memory. */
inline float* output(OpKernelContext* context, int index, const TensorShape& shape) {
  Tensor* made = nullptr;
  const auto status = context->allocate_output(index, shape, &made);
  if (!status.ok()) context->SetStatus(status);
  return status.ok() ? made->flat<float>().data() : nullptr;
}

/**
 * Number of references to a tensor's memory, including those of TensorFlow's runtime; 0 if the memory is part of
 * another tensor's or not TensorFlow's.
 */
inline long holders(const Tensor& x) {
  tensorflow::TensorBuffer* buffer = tensorflow::DMAHelper::buffer(const_cast<Tensor*>(&x));
  return buffer && buffer->root_buffer() == buffer && buffer->OwnsMemory() ? buffer->RefCount() : 0;
}

/**
 * An output in the memory of this input if nothing shares it, that is, if it has `alone` references; otherwise, and
 * always if `alone` is 0, a new output.
 */
inline float* outputInPlace(OpKernelContext* context, int index, int input, long alone) {
  const Tensor& from = context->input(input);
  if (alone == 0 || holders(from) != alone) return output(context, index, from.shape());
  context->set_output(index, from);
  return const_cast<float*>(from.flat<float>().data());
}

template <typename T>
inline T attribute(OpKernelConstruction* context, const char* name) {
  T value{};
  const auto status = context->GetAttr(name, &value);
  if (!status.ok()) context->CtxFailure(status);
  return value;
}

inline bool holds(OpKernelContext* context, bool condition, const char* what) {
  if (!condition) context->SetStatus(tensorflow::errors::InvalidArgument(what));
  return condition;
}

constexpr long rowsOfPart = 32;
/**
 * `numbers` sums over rows. sum(from, to, sums) adds those of a part. Parts are fixed and added in order, so the result
 * does not depend on the threads.
 */
inline std::vector<float> sumOfParts(OpKernelContext* c, long rows, long numbers, long cycles,
                                     const std::function<void(long, long, float*)>& sum) {
  const long parts = (rows + rowsOfPart - 1) / rowsOfPart;
  std::vector<float> sums(std::max(parts, 1L) * numbers);
  share(c, parts, rowsOfPart * cycles, [&](long start, long end) {
    for (long p = start; p < end; p++)
      sum(p * rowsOfPart, std::min((p + 1) * rowsOfPart, rows), sums.data() + p * numbers);
  });
  for (long p = 1; p < parts; p++)
    for (long i = 0; i < numbers; i++) sums[i] += sums[p * numbers + i];
  return sums;
}

#define TOKENWISE_REGISTER(name, kernel) REGISTER_KERNEL_BUILDER(Name(name).Device(tensorflow::DEVICE_CPU), kernel)

}  // namespace tokenwise
