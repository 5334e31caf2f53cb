// The table of one instruction set, made of everything that this file includes. The includer has opened the target
// attribute and defined ISA, ISA_NAME, TABLE and the parameters that the included files name.
#include "vectors.h"
#include "generic_dots.h"

#include "products.h"
#include "rows.h"
#include "attention.h"
#include "training.h"
#include "optimizers.h"
#include "attention_training.h"
#include "recurrent.h"

const fledge_kernels TABLE = {
    .isa = ISA,
    .name = ISA_NAME,
    .row_block_bytes = ROW_BLOCK_BYTES,
    .pack_rows = pack_rows,
    .multiply_panels = multiply_panels,
    .pack_weight_panel = pack_weight_panel,
    .attend = attend,
    .attend_grouped = attend_grouped,
    .rotate = rotate,
    .project_back = project_back,
    .write_cache = write_cache,
    .normalize = normalize,
    .softmax = softmax,
    .activate = activate,
    .binary = binary,
    .binary_scalar = binary_scalar,
    .sum = sum,
    .argmax = argmax,
    .to_float = to_float,
    .from_float = from_float,
    .pack_across = pack_across,
    .norm_backward = norm_backward,
    .activate_backward = activate_backward,
    .gate = gate,
    .gate_backward = gate_backward,
    .add_columns = add_columns,
    .cross_entropy = cross_entropy,
    .sum_of_squares = sum_of_squares,
    .adamw = adamw,
    .sgd = sgd,
    .adafactor_sums = adafactor_sums,
    .adafactor_moment = adafactor_moment,
    .adafactor_square = adafactor_square,
    .adafactor_apply = adafactor_apply,
    .attend_forward = attend_forward,
    .attend_backward = attend_backward,
    .lstm = lstm,
    .lstm_backward = lstm_backward,
    .gru = gru,
    .gru_backward = gru_backward,
};
