package org.poolmanager.boot.worker;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.MessageSource;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.context.NoSuchMessageException;
import org.springframework.context.support.AbstractApplicationContext;

/**
 * Says of every message that there is none, as a context without messages does. Spring's own class for that reads the
 * data of all locales when it is loaded, which takes a tenth of the context's start.
 */
final class NoMessages implements MessageSource {

    private NoMessages() {}

    static void register(ConfigurableListableBeanFactory beanFactory) {
        if (!beanFactory.containsBean(AbstractApplicationContext.MESSAGE_SOURCE_BEAN_NAME)) {
            beanFactory.registerSingleton(AbstractApplicationContext.MESSAGE_SOURCE_BEAN_NAME, new NoMessages());
        }
    }

    @Override
    public @Nullable String getMessage(
            String code, Object @Nullable [] arguments, @Nullable String otherwise, @Nullable Locale locale) {
        return otherwise;
    }

    @Override
    public String getMessage(String code, Object @Nullable [] arguments, @Nullable Locale locale) {
        throw new NoSuchMessageException(code);
    }

    @Override
    public String getMessage(MessageSourceResolvable resolvable, @Nullable Locale locale) {
        String message = resolvable.getDefaultMessage();
        if (message == null) {
            throw new NoSuchMessageException(resolvable.toString());
        }
        return message;
    }
}
