import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.junit.Test;

/** Runs the tests of classes, as JUnit does: {@code java RunTests CLASS ...}. */
public final class RunTests {
    public static void main(String[] names) throws Exception {
        int failed = 0;
        int passed = 0;
        for (String name : names) {
            Class<?> tested = Class.forName(name);
            for (Method method : tested.getMethods()) {
                if (method.getAnnotation(Test.class) == null) continue;
                try {
                    method.invoke(tested.getDeclaredConstructor().newInstance());
                    passed++;
                } catch (InvocationTargetException error) {
                    failed++;
                    System.out.println(name + "." + method.getName() + ": " + error.getCause());
                }
            }
        }
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }
}
