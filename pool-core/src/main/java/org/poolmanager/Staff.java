package org.poolmanager;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * How many workers a pool has, and who they are. When there are to be fewer, those with the highest numbers get no further
 * task, and leave when they have none. Guarded by the pool's lock.
 */
final class Staff {

    private final PoolSettings settings;

    private final Life life;

    private final Board board;

    private final Consumer<Slot> startLane;

    /** By their numbers, those that are to leave included. Replaced where one comes or goes: somebody may be looking through it. */
    private List<Slot> slots = new ArrayList<>();

    /** A number that is given again goes on where it was. */
    private final Map<Integer, SlotHistory> histories = new HashMap<>();

    private int size;

    private int capacity;

    Staff(PoolSettings settings, Life life, Board board, Consumer<Slot> startLane) {
        this.settings = settings;
        this.life = life;
        this.board = board;
        this.startLane = startLane;
        setSize(settings.size());
        for (int id = 1; id <= size; id++) {
            slots.add(newSlot(id));
        }
    }

    private Slot newSlot(int id) {
        return new Slot(id, histories.computeIfAbsent(id, unused -> new SlotHistory()), settings.prefetch());
    }

    private void setSize(int workers) {
        size = workers;
        capacity = settings.capacity(workers);
    }

    List<Slot> slots() {
        return slots;
    }

    /** How many workers there are to be. */
    int size() {
        return size;
    }

    /** How many tasks may be unfinished. */
    int capacity() {
        return capacity;
    }

    Slot slot(int id) {
        for (Slot slot : slots) {
            if (slot.id == id) {
                return slot;
            }
        }
        throw new NoSuchElementException("Pool '" + settings.name() + "' has no worker " + id + "; its workers are "
                + slots.stream().map(slot -> Integer.toString(slot.id)).collect(Collectors.joining(", ")));
    }

    /** Another has come for one that leaves. */
    void replace(Slot old, Slot next) {
        slots.set(slots.indexOf(old), next);
    }

    /** A new run of the pool begins. */
    void reset() {
        slots = new ArrayList<>(slots.stream().filter(slot -> !slot.surplus).toList());
        slots.forEach(Slot::reset);
    }

    /** Changes the number of workers. */
    void resize(int workers) {
        life.lock.lock();
        try {
            life.checkWorks("resized");
            if (workers < 1 || workers > settings.maxSize()) {
                throw PoolManagerBuilder.wrong(
                        "size", workers, "must be from 1 to max-size (" + settings.maxSize() + ")");
            }
            int from = size;
            if (workers != from) {
                slots.forEach(slot -> slot.surplus = slot.id > workers);
                for (int id = 1; id <= workers; id++) {
                    hire(id); // should that fail for lack of a thread, the pool has the size that it got to
                    setSize(Math.max(size, id));
                }
                setSize(workers);
                slots.stream().filter(slot -> slot.surplus).forEach(this::dismiss);
                board.recycler().replaceNext();
                board.consequences().publish(new PoolEvent.PoolResized(settings.name(), from, workers));
                life.changed.signalAll();
            }
        } finally {
            board.release();
        }
    }

    private void hire(int id) {
        if (slots.stream().noneMatch(slot -> slot.id == id)) {
            Slot slot = newSlot(id);
            slot.reported = true;
            startLane.accept(slot);
            List<Slot> more = new ArrayList<>(slots);
            more.add(slot);
            more.sort(Comparator.comparingInt(each -> each.id));
            slots = more;
        }
    }

    private void dismiss(Slot slot) {
        Slot spare = slot.successor;
        if (spare != null) {
            slot.successor = null;
            slot.leaving = false;
            spare.surplus = true;
            end(spare);
        }
        if (slot.isLive() && !slot.inFlight.isEmpty()) {
            board.recall(slot);
        }
        look(slot);
    }

    /** One that is to leave has perhaps nothing left to do. */
    void look(Slot slot) {
        if (slot.role == Slot.Role.SERVING && slot.inFlight.isEmpty() && slot.state != WorkerState.STOPPING) {
            leave(slot);
            end(slot);
        }
    }

    /** Its worker is gone, by whatever cause, and there will be no other. */
    void gone(Slot slot) {
        if (slot.role == Slot.Role.SERVING) {
            leave(slot);
        }
    }

    private void leave(Slot slot) {
        slots = new ArrayList<>(
                slots.stream().filter(each -> each.id != slot.id).toList());
        board.recycler().bench().add(slot);
        slot.role = Slot.Role.RETIRED;
    }

    private void end(Slot slot) {
        slot.role = Slot.Role.RETIRED;
        if (slot.isLive()) {
            board.recycler().retire(slot, WorkerExit.RESIZED);
        } else if (slot.worker != null) {
            board.abandon(slot, WorkerExit.RESIZED);
        }
    }
}
