package org.tensorflow.lite;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A minimal declaration of LiteRT's class, for tests: the LiteRT of the process at the other end of standard input and
 * output answers. As the real one it takes buffers in native order, of the exact size of the tensor.
 */
public final class Interpreter implements AutoCloseable {
    /** LiteRT's options. */
    public static class Options {
        public Options setNumThreads(int count) {
            return this;
        }
    }

    private static final PrintStream OUT = System.out;
    private static final BufferedReader IN =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));

    public Interpreter(ByteBuffer content, Options options) {
        if (!content.isDirect() || content.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException("Model ByteBuffer should be a direct ByteBuffer of native order");
        }
        send("model " + content.capacity());
    }

    public void runSignature(Map<String, Object> inputs, Map<String, Object> outputs, String signature) {
        for (Map.Entry<String, Object> input : inputs.entrySet()) {
            ByteBuffer held = ((ByteBuffer) input.getValue()).duplicate();
            held.clear();
            byte[] bytes = new byte[held.capacity()];
            held.get(bytes);
            send("input " + hex(input.getKey().getBytes(StandardCharsets.UTF_8)) + " " + hex(bytes));
        }
        send("run " + hex(signature.getBytes(StandardCharsets.UTF_8)));
        for (Map.Entry<String, Object> output : outputs.entrySet()) {
            send("output " + hex(output.getKey().getBytes(StandardCharsets.UTF_8)));
            byte[] bytes = bytes(receive());
            ByteBuffer held = (ByteBuffer) output.getValue();
            if (bytes.length != held.capacity()) {
                throw new IllegalArgumentException(
                    "an output has " + bytes.length + " bytes, and the buffer " + held.capacity());
            }
            held.put(bytes);
        }
    }

    @Override
    public void close() {
        send("close");
    }

    private static void send(String line) {
        OUT.println("> " + line);
        OUT.flush();
    }

    private static String receive() {
        try {
            return IN.readLine();
        } catch (IOException error) {
            throw new IllegalStateException(error);
        }
    }

    private static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder("_");
        for (byte each : bytes) {
            text.append(Character.forDigit((each >> 4) & 15, 16)).append(Character.forDigit(each & 15, 16));
        }
        return text.toString();
    }

    private static byte[] bytes(String text) {
        byte[] found = new byte[text.length() / 2];
        for (int i = 0; i < found.length; i++) {
            found[i] = (byte) Integer.parseInt(text.substring(2 * i, 2 * i + 2), 16);
        }
        return found;
    }
}
