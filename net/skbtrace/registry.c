// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of protocol modules and events.
 */
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/tracepoint.h>
#include "changes.h"
#include "core_events.h"
#include "registry.h"
#include "source.h"

LIST_HEAD(skbtrace_protos);
/* By slot. Under skbtrace_lock. */
struct skbtrace_event *skbtrace_events[SKBTRACE_MAX_EVENTS];

/* The modules in this tree; others are loaded by the alias of an event. */
static const char *const skbtrace_known_protos[] = {
	"packet", "ip", "tcp", "udp"
};

/* Return: the event or %NULL */
struct skbtrace_event *skbtrace_find_event(const char *name, size_t len)
	__must_hold(&skbtrace_lock)
{
	struct skbtrace_event *ev;
	unsigned int i;

	lockdep_assert_held(&skbtrace_lock);
	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++) {
		ev = skbtrace_events[i];
		if (ev && strlen(ev->name) == len &&
		    !strncmp(ev->name, name, len))
			return ev;
	}
	return NULL;
}

static const struct skbtrace_syms *
skbtrace_proto_syms(const struct skbtrace_proto *proto, const char *name)
{
	unsigned int i;

	for (i = 0; i < proto->nr_syms; i++)
		if (!strcmp(proto->syms[i].name, name))
			return &proto->syms[i];
	return NULL;
}

static const struct skbtrace_syms *
skbtrace_event_syms(const struct skbtrace_event *ev, const char *name)
{
	const struct skbtrace_syms *syms;

	for (syms = ev->syms; syms && syms->name; syms++)
		if (!strcmp(syms->name, name))
			return syms;
	return NULL;
}

/* The words of a field whose unit is enum:NAME or flags:NAME, else %NULL. */
const struct skbtrace_syms *skbtrace_find_syms(const struct skbtrace_event *ev,
					       const char *unit)
{
	const struct skbtrace_syms *syms;
	const char *name = strchr(unit, ':');

	if (!name)
		return NULL;
	syms = skbtrace_event_syms(ev, name + 1) ?:
	       skbtrace_proto_syms(ev->proto, name + 1);
	return syms ?: skbtrace_proto_syms(&skbtrace_core_proto, name + 1);
}

/* A field by its name; %NULL if there is none, or @name is %NULL. */
const struct skbtrace_field *
skbtrace_find_field(const struct skbtrace_event *ev, const char *name)
{
	unsigned int i;

	for (i = 0; name && i < ev->nr_fields; i++)
		if (!strcmp(ev->fields[i].name, name))
			return &ev->fields[i];
	return NULL;
}

static bool skbtrace_proto_there(const char *name)
{
	struct skbtrace_proto *proto;

	list_for_each_entry(proto, &skbtrace_protos, list)
		if (!strcmp(proto->name, name))
			return true;
	return false;
}

/* Load the modules in this tree. Context: no lock held. */
void skbtrace_load_protos(void)
{
	unsigned int i;
	bool there;

	for (i = 0; i < ARRAY_SIZE(skbtrace_known_protos); i++) {
		mutex_lock(&skbtrace_lock);
		there = skbtrace_proto_there(skbtrace_known_protos[i]);
		mutex_unlock(&skbtrace_lock);
		if (!there)
			request_module("skbtrace-proto-%s",
				       skbtrace_known_protos[i]);
	}
}

/**
 * skbtrace_absent_proto() - which module could not be loaded?
 * @i: 0, 1, ... : which of the modules in this tree
 * @name: its name if it is absent, else %NULL
 *
 * Context: skbtrace_lock.
 * Return: false if there are no more
 */
bool skbtrace_absent_proto(unsigned int i, const char **name)
	__must_hold(&skbtrace_lock)
{
	lockdep_assert_held(&skbtrace_lock);
	if (i >= ARRAY_SIZE(skbtrace_known_protos))
		return false;
	*name = skbtrace_proto_there(skbtrace_known_protos[i]) ?
		NULL : skbtrace_known_protos[i];
	return true;
}

/* skip= and only= take words, so the field must be an enum. */
static bool skbtrace_select_ok(const struct skbtrace_event *ev,
			       const char *name)
{
	const struct skbtrace_field *field = skbtrace_find_field(ev, name);

	return !name || (field && skbtrace_find_syms(ev, field->unit));
}

static bool skbtrace_range_ok(const struct skbtrace_field *field)
{
	return field && (!strcmp(field->type, "u32") ||
			 !strcmp(field->type, "u16"));
}

static int skbtrace_check_event(const struct skbtrace_event *ev)
{
	unsigned int i;

	if (ev->len % 8 || ev->len > SKBTRACE_BLOCK_MAX ||
	    ev->len < sizeof(struct skbtrace_block) ||
	    ev->nr >= SKBTRACE_FIRST_SPECIAL)
		return -EINVAL;
	if (ev->kind == SKBTRACE_CONN && !ev->named_by)
		return -EINVAL;
	if (ev->role == SKBTRACE_ROLE_CONN && !ev->fill)
		return -EINVAL;
	if (!skbtrace_select_ok(ev, ev->select) ||
	    !skbtrace_select_ok(ev, ev->select2) ||
	    (ev->select2 && !ev->select))
		return -EINVAL;
	if (ev->range && !skbtrace_range_ok(skbtrace_find_field(ev, ev->range)))
		return -EINVAL;
	if (ev->early && !skbtrace_find_field(ev, ev->early))
		return -EINVAL;
	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		if (skbtrace_events[i] &&
		    (skbtrace_events[i]->nr == ev->nr ||
		     !strcmp(skbtrace_events[i]->name, ev->name)))
			return -EEXIST;
	return 0;
}

static u16 skbtrace_field_off(const struct skbtrace_field *field)
{
	return field ? field->off : 0;
}

static void skbtrace_find_hooks(struct skbtrace_hook *const *hooks)
{
	unsigned int i;

	for (i = 0; hooks && hooks[i]; i++)
		skbtrace_source_find(hooks[i]);
}

/* A copy of the event, except that its blocks are marked. */
static void skbtrace_add_inference(const struct skbtrace_event *ev,
				   struct skbtrace_inference *inf)
{
	struct skbtrace_block hdr = {
		.len = ev->len,
		.event = ev->nr,
		.flags = SKBTRACE_BLOCK_INFERRED,
	};

	if (!inf)
		return;
	skbtrace_find_hooks(inf->hooks);
	inf->ev = *ev;
	inf->ev.states |= inf->states;
	memcpy(&inf->ev.first, &hdr, sizeof(inf->ev.first));
}

static int skbtrace_add_event(struct skbtrace_proto *proto,
			      struct skbtrace_event *ev)
{
	struct skbtrace_block hdr = { .len = ev->len, .event = ev->nr };
	unsigned int slot;
	int err;

	ev->proto = proto;
	err = skbtrace_check_event(ev);
	if (err)
		return err;
	for (slot = 0; slot < SKBTRACE_MAX_EVENTS; slot++)
		if (!skbtrace_events[slot])
			break;
	if (slot == SKBTRACE_MAX_EVENTS)
		return -ENOSPC;
	skbtrace_find_hooks(ev->hooks);
	ev->slot = slot;
	ev->flow_off = skbtrace_field_off(skbtrace_find_field(ev, "local"));
	ev->sk_off = skbtrace_field_off(skbtrace_find_field(ev, "sk"));
	memcpy(&ev->first, &hdr, sizeof(ev->first));
	skbtrace_add_inference(ev, ev->inferred);
	skbtrace_events[slot] = ev;
	return 0;
}

static void skbtrace_del_events(const struct skbtrace_proto *proto)
{
	unsigned int i;

	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		if (skbtrace_events[i] && skbtrace_events[i]->proto == proto)
			skbtrace_events[i] = NULL;
}

/**
 * skbtrace_register_proto() - register the events of a module
 * @proto: the module, which must stay until it is unregistered
 *
 * Nothing is attached yet. Context: may sleep.
 *
 * Return: 0; -EEXIST if a name or number is taken; -ENOSPC if there are too
 * many events; -EINVAL if an event's description is wrong
 */
int skbtrace_register_proto(struct skbtrace_proto *proto)
{
	unsigned int i;
	int err = 0;

	mutex_lock(&skbtrace_lock);
	for (i = 0; i < proto->nr_events && !err; i++) {
		err = skbtrace_add_event(proto, proto->events[i]);
		if (err)
			pr_err("skbtrace: %s: event %s: %pe\n", proto->name,
			       proto->events[i]->name, ERR_PTR(err));
	}
	if (err)
		skbtrace_del_events(proto);
	else
		list_add_tail(&proto->list, &skbtrace_protos);
	mutex_unlock(&skbtrace_lock);
	if (!err)
		skbtrace_changed();
	return err;
}
EXPORT_SYMBOL_GPL(skbtrace_register_proto);

/**
 * skbtrace_unregister_proto() - unregister the events of a module
 * @proto: the module
 *
 * None is on: an event that is on holds a reference to the module. Waits until
 * no probe runs. Context: may sleep.
 */
void skbtrace_unregister_proto(struct skbtrace_proto *proto)
{
	mutex_lock(&skbtrace_lock);
	list_del(&proto->list);
	skbtrace_del_events(proto);
	mutex_unlock(&skbtrace_lock);
	skbtrace_changed();
	tracepoint_synchronize_unregister();
}
EXPORT_SYMBOL_GPL(skbtrace_unregister_proto);
