#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# embed.sh HEADER ARRAY FILE... - C source of struct asset ARRAY[], which HEADER
# declares: these files, by their names. A reference to a source map is left out:
# whoever reads the page must not ask for anything.
set -e
echo "#include \"$1\""
array=$2
shift 2
i=0
for f; do
	echo "static const unsigned char file${i}[] = {"
	sed '/^\/[/*]# sourceMappingURL=/d; s,/\*# sourceMappingURL=[^*]*\*/,,' "$f" |
		od -An -v -tx1 | sed 's/ \(..\)/0x\1,/g'
	echo '};'
	i=$((i + 1))
done
echo "const struct asset ${array}[] = {"
i=0
for f; do
	echo "	{ \"${f##*/}\", (const char *)file$i, sizeof(file$i) },"
	i=$((i + 1))
done
echo '	{ 0, 0, 0 }'
echo '};'
