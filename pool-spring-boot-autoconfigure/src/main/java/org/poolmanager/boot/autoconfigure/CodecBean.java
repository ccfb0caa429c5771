package org.poolmanager.boot.autoconfigure;

import org.poolmanager.PoolManagerBuilder;
import org.poolmanager.wire.PayloadCodec;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.ClassUtils;

/** The codec that the application has as a bean, for pools whose properties name none. */
record CodecBean(ObjectProvider<PayloadCodec> codecs) {

    /** By its class: child JVMs have no beans, and make an instance of their own. */
    void applyTo(PoolManagerBuilder<?, ?> builder) {
        codecs.ifUnique(codec -> builder.codec(ClassUtils.getUserClass(codec).getName()));
    }
}
