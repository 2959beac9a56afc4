// SPDX-License-Identifier: GPL-2.0
/*
 * skbtrace: event tracing of the network stack. See
 * Documentation/networking/skbtrace.rst.
 */
#include <linux/module.h>
#include "core_events.h"
#include "ctl/ctl.h"
#include "instances.h"

static int __init skbtrace_init(void)
{
	int err;

	err = skbtrace_instances_init();
	if (err)
		return err;
	err = skbtrace_register_proto(&skbtrace_core_proto);
	if (err)
		goto err_instances;
	err = skbtrace_ctl_init();
	if (err)
		goto err_proto;
	return 0;

err_proto:
	skbtrace_unregister_proto(&skbtrace_core_proto);
err_instances:
	skbtrace_instances_exit();
	return err;
}

static void __exit skbtrace_exit(void)
{
	/* a module that is going can't be opened, so nobody is in a file */
	skbtrace_instances_exit();
	skbtrace_unregister_proto(&skbtrace_core_proto);
}

module_init(skbtrace_init);
module_exit(skbtrace_exit);

MODULE_DESCRIPTION("Event tracing of the network stack");
MODULE_LICENSE("GPL");
MODULE_VERSION(__stringify(SKBTRACE_ABI));
