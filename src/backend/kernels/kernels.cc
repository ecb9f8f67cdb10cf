// Built once for each instruction set, with TOKENWISE_BUILD as its name.
#include "kernels.h"

#if defined(__AVX__)
#include <immintrin.h>
#endif

#define TOKENWISE_QUOTED(name) #name
#define TOKENWISE_NAME(name) TOKENWISE_QUOTED(name)

namespace tokenwise {
namespace TOKENWISE_BUILD {
namespace {
#include "simd.h"

#include "attention.h"
#include "bias_relu.h"
#include "cached.h"
#include "dense.h"
#include "gated.h"
#include "norm.h"
#include "relu_dot.h"
#include "rotary.h"
#include "rows.h"
#include "training.h"
}  // namespace

const Kernels kernels = {
    TOKENWISE_NAME(TOKENWISE_BUILD),
    dense<float>, dense<unsigned short>, halved, denseHalves, norm,      normGradient,      gated,           gatedGradient,
    rotary,       attentionScratch,      attention, attentionGradient, cachedAttention, adam,
    sumOfSquares, tokenNll,              tokenNllGradient, entropy,   entropyGradient,   biasRelu,        biasReluGradient,
    addBias,      reluDot,               reluDotGradient,       noisyRows, columnSums,
};

}  // namespace TOKENWISE_BUILD
}  // namespace tokenwise
