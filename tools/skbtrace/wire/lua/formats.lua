-- SPDX-License-Identifier: GPL-2.0
-- The sender's format, if it differs from the one that this was made from: its
-- numbers of events, offsets and words count. What this does not know by name
-- is shown, but no filter can name it.

local own = {}		-- by number
local by_name = {}
for _, e in ipairs(EVENTS) do
	own[e.no] = e
	by_name[e.name] = e
end

local sizes = {
	u8 = 1, s8 = 1, u16 = 2, s16 = 2, u32 = 4, s32 = 4, u64 = 8, s64 = 8,
	addr = 16,
}

local function copy(t)
	local c = {}

	for k, v in pairs(t) do
		c[k] = v
	end
	return c
end

local function event_line(line)
	local no, name = line:match("^event (%d+) (%S+)")
	local e

	if not no then
		return nil
	end
	e = by_name[name] and copy(by_name[name]) or
	    { name = name, key = "none", role = "event", tx = -1, rx = -1,
	      fwd = -1, fields = {}, foreign = true }
	e.no = tonumber(no)
	e.len = tonumber(line:match(" len=(%d+)")) or K.BLOCK_LEN
	e.key = line:match(" key=(%S+)") or e.key
	e.known = {}
	for _, f in ipairs(e.fields) do
		e.known[f.name] = f
	end
	e.fields = {}
	return e
end

local function field_line(e, line)
	local name, kind, off, unit =
		line:match("^ field (%S+) (%S+) (%d+) (%S+)")
	local f, size

	if not name then
		return
	end
	size = sizes[kind] or tonumber(kind:match("^str(%d+)$"))
	if kind:sub(1, 3) == "str" then
		kind = "str"
	end
	f = e.known[name]
	if not size or f and f.type ~= kind then
		return
	end
	f = f and copy(f) or { name = name, text = name, type = kind,
			       unit = unit:match("^[^:]+"), foreign = true,
			       brief = line:match(" brief") ~= nil,
			       spare = name == "spare" }
	if f.foreign and (f.unit == "enum" or f.unit == "flags") then
		f.unit = "-"
	end
	f.off = tonumber(off)
	f.size = size
	e.fields[#e.fields + 1] = f
end

-- Words of the sender, which are not those of the dissector
local function words_line(line, lists)
	local name, rest = line:match("^syms (%S+) (.*)$")

	if not name then
		return
	end
	lists[name] = lists[name] or {}
	for v, w in rest:gmatch("(%-?%d+)=(%S+)") do
		lists[name][tonumber(v)] = w
	end
end

local function parse_format(text)
	local events, lists, e = {}, {}, nil

	for line in text:gmatch("[^\n]+") do
		local next = event_line(line)

		if next then
			e = next
			events[e.no] = e
		elseif e then
			field_line(e, line)
		end
		words_line(line, lists)
	end
	return { events = events, words = lists }
end

-- Part of a text; the whole of it, once all parts have been seen
local function add_part(scope, kind, epoch, offset, total, part)
	local id = kind .. "/" .. epoch
	local t = scope.texts[id]

	if not t or t.total ~= total then
		t = { total = total, parts = {} }
		scope.texts[id] = t
	end
	t.parts[offset] = part
	local at, list = 0, {}

	while at < total and t.parts[at] do
		list[#list + 1] = t.parts[at]
		if #t.parts[at] == 0 then
			break
		end
		at = at + #t.parts[at]
	end
	return at == total and table.concat(list) or nil
end

local function learn_text(scope, kind, text)
	if kind == K.FORMAT and scope.format_text ~= text then
		scope.format_text = text
		scope.format = parse_format(text)
	elseif kind == K.INFO then
		scope.host_name = text:match("^host ([^\n]+)") or
				  text:match("\nhost ([^\n]+)")
		scope.chosen = text:match("\nchosen ") ~= nil
	end
end

local function event_of(scope, no)
	if scope.format then
		return scope.format.events[no]
	end
	return own[no]
end
