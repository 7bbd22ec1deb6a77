package dev.tandem.core.tensor.torch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import dev.tandem.core.tensor.PackedMatrix;
import dev.tandem.core.tensor.Shapes;
import dev.tandem.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** FBGEMM's float16 matrix. A large one is packed in blocks of rows, so that packing takes little memory beside it. */
final class TorchPackedMatrix implements PackedMatrix, TorchScope.Owned {

    private static final long BLOCK_VALUES = 1L << 23;

    private final TorchEngine engine;
    private final long rows;
    private final long columns;
    private final List<IValue> blocks;

    private TorchPackedMatrix(TorchEngine engine, long rows, long columns, List<IValue> blocks) {
        this.engine = engine;
        this.rows = rows;
        this.columns = columns;
        this.blocks = blocks;
    }

    static TorchPackedMatrix of(TorchEngine engine, Tensor weight) {
        if (weight.rank() != 2 || Shapes.size(weight.shape()) == 0) {
            throw new IllegalArgumentException(
                    "pack: a matrix [out, in] is expected, got the shape " + Shapes.toString(weight.shape()));
        }
        long rows = weight.size(0);
        long columns = weight.size(1);
        long rowsOfBlock = Math.max(16, BLOCK_VALUES / columns / 16 * 16);
        List<IValue> blocks = new ArrayList<>();
        TorchPackedMatrix matrix = new TorchPackedMatrix(engine, rows, columns, blocks);
        try {
            for (long first = 0; first < rows; first += rowsOfBlock) {
                try (var scope = engine.scope()) {
                    Tensor block = weight.narrow(0, first, Math.min(rowsOfBlock, rows - first));
                    blocks.add(engine.ops().pack(TorchTensor.array(block.contiguous())));
                }
            }
        } catch (RuntimeException | Error e) {
            matrix.free();
            throw e;
        }
        return matrix;
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public long columns() {
        return columns;
    }

    @Override
    public Tensor linear(Tensor x) {
        if (x.size(-1) != columns) {
            throw new IllegalArgumentException("linear: the matrix takes rows of " + columns + " values, got the shape "
                    + Shapes.toString(x.shape()));
        }
        PtNDArray input = TorchTensor.array(x);
        if (blocks.size() == 1) {
            return multiply(input, blocks.get(0));
        }
        try (var scope = engine.scope()) {
            List<Tensor> parts =
                    blocks.stream().map(block -> multiply(input, block)).toList();
            return scope.keep(engine.cat(parts, -1));
        }
    }

    private Tensor multiply(PtNDArray x, IValue block) {
        if (block.isReleased()) {
            throw new IllegalStateException("the scope of the packed matrix is closed");
        }
        return TorchTensor.guarded(engine, "linear", () -> engine.ops().packedLinear(x, block), x);
    }

    @Override
    public void free() {
        blocks.forEach(IValue::close);
    }
}
