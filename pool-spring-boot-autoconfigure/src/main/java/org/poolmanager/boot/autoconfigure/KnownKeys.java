package org.poolmanager.boot.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/** Finds what a misspelt property was meant to be. The keys are read from the property records. */
final class KnownKeys {

    /** A key with more wrong letters than this in relation to its length is another word, not a slip. */
    private static final double MAX_DISTANCE = 0.5;

    private KnownKeys() {}

    /** What to do about a property that no key of ours takes. */
    static String advice(ConfigurationPropertyName unknown) {
        Class<?> type = PoolManagerProperties.class;
        int depth = 1;
        while (depth < unknown.getNumberOfElements()) {
            RecordComponent component = find(type, unknown.getElement(depth, Form.UNIFORM));
            if (component == null) {
                return suggestion(type, unknown, depth);
            }
            boolean isPools = Map.class.isAssignableFrom(component.getType()) && type == PoolManagerProperties.class;
            depth += isPools ? 2 : 1;
            type = isPools ? PoolProperties.class : component.getType();
            if (!type.isRecord()) {
                break;
            }
        }
        return "Remove it: '" + unknown.chop(Math.min(depth, unknown.getNumberOfElements()))
                + "' has no keys below it.";
    }

    private static @Nullable RecordComponent find(Class<?> type, String uniform) {
        return Arrays.stream(type.getRecordComponents())
                .filter(component -> PoolNames.uniform(component.getName()).equals(uniform))
                .findFirst()
                .orElse(null);
    }

    private static String suggestion(Class<?> type, ConfigurationPropertyName unknown, int depth) {
        String wrong = unknown.getElement(depth, Form.DASHED);
        List<String> keys = Arrays.stream(type.getRecordComponents())
                .map(component -> DataObjectPropertyName.toDashedForm(component.getName()))
                .toList();
        String nearest = keys.stream()
                .min(Comparator.comparingInt(key -> distance(wrong, key)))
                .orElseThrow();
        String prefix = unknown.chop(depth) + ".";
        String all = "The keys below '" + unknown.chop(depth) + "' are: " + String.join(", ", keys) + ".";
        return distance(wrong, nearest) > MAX_DISTANCE * wrong.length()
                ? "Remove it. " + all
                : "Did you mean '" + prefix + nearest + "'? " + all;
    }

    /** How many letters must be inserted, removed or replaced to get from one word to the other. */
    private static int distance(String from, String to) {
        int[] previous = new int[to.length() + 1];
        Arrays.setAll(previous, i -> i);
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(previous[j], row[j - 1]));
            }
            previous = row;
        }
        return previous[to.length()];
    }
}
