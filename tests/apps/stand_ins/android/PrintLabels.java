import android.content.Context;
import android.content.res.AssetManager;
import java.io.File;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Prints the labels of a model's golden rows: {@code java PrintLabels PACKAGE CLASS ASSETS}. */
public final class PrintLabels {
    public static void main(String[] arguments) throws Exception {
        Class<?> golden = Class.forName(arguments[0] + ".Golden");
        Object rows = golden.getMethod("rows").invoke(golden.getField("INSTANCE").get(null));
        Object model = Class.forName(arguments[0] + "." + arguments[1])
            .getConstructor(Context.class)
            .newInstance(new Context(new AssetManager(new File(arguments[2]))));
        Method predict = model.getClass().getMethod("predict", List.class);
        for (Object result : (List<?>) predict.invoke(model, rows)) {
            Object label = result.getClass().getMethod("getLabel").invoke(result);
            StringBuilder text = new StringBuilder("label _");
            for (byte each : label.toString().getBytes(StandardCharsets.UTF_8)) {
                text.append(String.format("%02x", each));
            }
            System.out.println(text);
        }
    }
}
