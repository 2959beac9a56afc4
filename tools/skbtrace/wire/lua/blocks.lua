-- SPDX-License-Identifier: GPL-2.0
-- A block: an event, or what tells of others.

-- Integers of the sender, and how to show them
local function reader(little)
	if little then
		return {
			u = function(r) return r:le_uint() end,
			s = function(r) return r:le_int() end,
			u64 = function(r) return r:le_uint64() end,
			s64 = function(r) return r:le_int64() end,
			add = function(t, ...) return t:add_le(...) end,
		}
	end
	return {
		u = function(r) return r:uint() end,
		s = function(r) return r:int() end,
		u64 = function(r) return r:uint64() end,
		s64 = function(r) return r:int64() end,
		add = function(t, ...) return t:add(...) end,
	}
end

local function has(b, f)
	return f.off + f.size <= b.len
end

local function read_value(b, f)
	local r = b.range:range(f.off, f.size)
	local rd = b.rd

	if f.type == "addr" then
		return address(r)
	elseif f.type == "str" then
		return (r:raw():match("^[^%z]*"))
	elseif f.size == 8 then
		return f.type == "s64" and rd.s64(r) or rd.u64(r)
	end
	return f.type:sub(1, 1) == "s" and rd.s(r) or rd.u(r)
end

-- Each is looked at more than once
local function value(b, f)
	local v = b.values[f]

	if v == nil then
		v = read_value(b, f) or false
		b.values[f] = v
	end
	return v
end

local function field_of(e, name)
	if not e.by_name then
		e.by_name = {}
		for _, f in ipairs(e.fields) do
			e.by_name[f.name] = f
		end
	end
	return name and e.by_name[name]
end

local function value_of(b, name)
	local f = field_of(b.ev, name)

	return f and has(b, f) and (value(b, f) or nil)
end

local function tuple_of(b)
	local e = b.ev
	local t

	if not e.laddr or not value_of(b, e.lport) then
		return nil
	end
	t = { laddr = value_of(b, e.laddr), lport = value_of(b, e.lport),
	      paddr = value_of(b, e.paddr), pport = value_of(b, e.pport) or 0 }
	if not t.laddr and not t.paddr and t.lport == 0 and t.pport == 0 then
		return nil
	end
	return t
end

local function valid(b, name)
	local v = value_of(b, name)

	if v and not is_none(field_of(b.ev, name), v) then
		return v
	end
	return nil
end

local function learn(b)
	local role = b.ev.role

	if role == "conn" and b.tuple and b.cookie then
		learn_conn(b.scope, b.cookie, b.tuple, valid(b, "snd_base"),
			   valid(b, "rcv_base"))
	elseif role == "task" then
		local id = value_of(b, "tgid") or value_of(b, "task_tgid")

		if id then
			b.scope.tasks[id] = value_of(b, "comm")
		end
	elseif role == "symbol" and value_of(b, "id") then
		b.scope.symbols[hex_text(value_of(b, "id"))] =
			(value_of(b, "name"):gsub("[^!-~]", "?")
			 :gsub("[\"\\]", "?"))
	end
end

-- ---- the tree ----

local function add_flags(tree, name, f, r, v)
	v = plain(v)
	for _, w in ipairs(WORDS[f.words]) do
		local on = bit_set(v, w[1])

		if F[name .. "." .. w[2]] then
			tree:add(F[name .. "." .. w[2]], r, on):set_hidden(not on)
		end
	end
end

local function add_known(b, tree, f, v)
	local name = f.full
	local r = b.range:range(f.off, f.size)
	local item, text

	if f.type == "addr" then
		if v then
			tree:add(F[v.v6 and name .. "6" or name], v.range)
		end
		return
	elseif f.type == "str" then
		tree:add(F[name], r, v)
		return
	end
	-- What is not valid has no value that a filter could find
	if is_none(f, v) then
		tree:add(r, f.text .. ": " .. (f.inf and "infinite" or "not valid"))
		return
	end
	item = b.rd.add(tree, F[name], r)
	if not by_unit[f.unit] or f.unit == "hex" then
		return
	end
	text = value_text(b, f, v)
	if f.unit == "enum" then
		if b.scope.format and text ~= words[f.words][plain(v)] then
			item:append_text(", the sender says " .. text)
		end
	elseif f.unit == "flags" then
		add_flags(item, name, f, r, v)
	elseif f.unit == "sym" and b.scope.symbols[hex_text(v)] then
		item:append_text(" (" .. text .. ")")
		item:add(F[name .. "_name"], r, text)
	else
		item:append_text(" (" .. text .. ")")
	end
end

local function add_fields(b, tree)
	for _, f in ipairs(b.ev.fields) do
		if f.spare or not has(b, f) then
			-- padding, or newer than the sender
		elseif f.foreign or b.ev.foreign then
			tree:add(b.range:range(f.off, f.size), f.name .. ": " ..
				 value_text(b, f, value(b, f)))
		else
			add_known(b, tree, f, value(b, f))
		end
	end
end

local function add_conn(b, tree)
	local t = b.tuple or b.conn

	if b.cookie then
		tree:add(F.sk, b.cookie_range, UInt64.fromhex(b.cookie))
	end
	if not t then
		return
	end
	local function put(name, v)
		tree:add(F[name], v):set_generated()
	end
	put("conn", tuple_text(t))
	if t.laddr then
		tree:add(F[t.laddr.v6 and "local6" or "local"],
			 Address[t.laddr.v6 and "ipv6" or "ip"](t.laddr.text))
			:set_generated()
	end
	put("lport", t.lport)
	if t.paddr then
		tree:add(F[t.paddr.v6 and "peer6" or "peer"],
			 Address[t.paddr.v6 and "ipv6" or "ip"](t.paddr.text))
			:set_generated()
	end
	if t.paddr or t.pport ~= 0 then
		put("pport", t.pport)
	end
end

local function add_common(b, tree)
	local r = b.range

	tree:add(F.event, r:range(2, 2), b.ev and b.ev.name or "#" .. b.no)
	b.rd.add(tree, F.event_no, r:range(2, 2))
	tree:add(F.time, r:range(8, 8), b.real)
	b.rd.add(tree, F.mono_ns, r:range(8, 8))
	tree:add(F.cpu, b.cpu):set_generated()
	if b.seq then
		tree:add(F.seq, b.seq):set_generated()
	end
	tree:add(F.ctx, r:range(4, 1))
	tree:add(F.flags, r:range(5, 1))
	b.rd.add(tree, F.key, r:range(16, 8))
	if b.netns ~= 0 then
		b.rd.add(tree, F.netns, r:range(24, 4))
	end
	if b.tgid ~= 0 then
		b.rd.add(tree, F.pid, r:range(28, 4))
		if b.scope.tasks[b.tgid] then
			tree:add(F.comm, b.scope.tasks[b.tgid]):set_generated()
		end
	end
	tree:add(F.held, r:range(5, 1), bit_set(b.flags, K.HELD))
	tree:add(F.older_missed, r:range(5, 1), bit_set(b.flags, K.MISSED))
	tree:add(F.inferred, r:range(5, 1), bit_set(b.flags, K.INFERRED) or
		 b.ev and b.ev.inferred or false)
end

local function stack_entries(b)
	local at, list = b.ev.len, {}

	if not bit_set(b.flags, K.STACK) or at + 8 > b.len then
		return nil
	end
	local depth = b.rd.u(b.range:range(at, 4))

	for i = 0, math.min(depth, (b.len - at - 8) / 8) - 1 do
		local id = hex_text(b.rd.u64(b.range:range(at + 8 + 8 * i, 8)))

		list[#list + 1] = b.scope.symbols[id] or "?"
	end
	return list
end

-- The first bytes of the packet: their range, of how many; nil if there are none
local function payload_of(b)
	local at = b.ev.len

	if not bit_set(b.flags, K.PAYLOAD) then
		return nil
	end
	if bit_set(b.flags, K.STACK) and at + 8 <= b.len then
		at = at + 8 + 8 * b.rd.u(b.range:range(at, 4))
	end
	if at + 8 > b.len then
		return nil
	end
	local len = b.rd.u(b.range:range(at, 4))

	if len == 0 or len > b.len - at - 8 then
		return nil
	end
	return { range = b.range:range(at + 8, len), len = len,
		 of = b.rd.u(b.range:range(at + 4, 4)) }
end

-- The entries that are not skbtrace's own
local function stack_text(list)
	local from, own_one = 1, false

	for i = 1, math.min(#list, 6) do
		if list[i]:find("[skbtrace", 1, true) or
		   list[i]:match("^[^+]*_probe[+]") or
		   list[i]:match("^[^+]*_probe$") then
			from, own_one = i + 1, true
			break
		end
	end
	while own_one and list[from] and
	      (list[from]:find("[skbtrace", 1, true) or
	       list[from]:match("^__traceiter_")) do
		from = from + 1
	end
	return list[from] and table.concat(list, "<-", from) or "-"
end

-- ---- a line, as parse prints it, without the time and the CPU ----

-- Of a field that may be told or not
local function is_unset(f, v)
	if f.type == "addr" then
		return not v
	end
	return f.type ~= "str" and is_zero(v)
end

local function line_of(b)
	local parts = { b.ev.name, b.tuple and tuple_text(b.tuple) or
			b.conn and b.conn.text or "-" }

	if b.cookie then
		parts[#parts + 1] = "sk=" .. b.cookie
	end
	for _, f in ipairs(b.ev.fields) do
		if f.brief and not f.hidden and not f.spare then
			local v = has(b, f) and value(b, f)

			if not has(b, f) then
				parts[#parts + 1] = f.text .. "=-"
			elseif not (f.set and is_unset(f, v)) then
				parts[#parts + 1] = f.text .. "=" ..
						    value_text(b, f, v)
			end
		end
	end
	if b.tgid ~= 0 then
		parts[#parts + 1] = "pid=" .. b.tgid
		if b.scope.tasks[b.tgid] then
			parts[#parts + 1] = "comm=" ..
					    escaped(b.scope.tasks[b.tgid])
		end
	end
	if bit_set(b.flags, K.MISSED) then
		parts[#parts + 1] = "older=missed"
	end
	if b.stack then
		parts[#parts + 1] = "stack=" .. stack_text(b.stack)
	end
	if b.payload then
		parts[#parts + 1] = "payload=" .. b.payload.len
	end
	return table.concat(parts, " ")
end

-- Of a name for others, which parse does not show
local function naming_line(b)
	local id = valid(b, "tgid") or valid(b, "task_tgid")

	if b.ev.role == "task" and id then
		return "task pid=" .. id .. " comm=" ..
		       escaped(value_of(b, "comm") or "")
	elseif b.ev.role == "symbol" and valid(b, "id") then
		return "symbol " .. (b.scope.symbols[hex_text(valid(b, "id"))]
				     or "?")
	end
	return nil
end

-- Is it what @trouble records? A set leaves out what is harmless.
local function is_trouble(b)
	local how, list, name

	if not b.ev.trouble then
		return false
	end
	how, list = (b.ev.in_set or ""):match("^(%a+)=(%S+)$")
	if not how then
		return true
	end
	for _, f in ipairs(b.ev.fields) do
		if f.unit == "enum" and words[f.words] and not name then
			local w = words[f.words][plain(value(b, f))]

			for word in list:gmatch("[^:]+") do
				name = name or word == w and w
			end
		end
	end
	return (how == "only") == (name and true or false)
end

local function dissect_event(b, tree)
	local e = b.ev

	if e.key == "sk" and not is_zero(b.key) then
		b.cookie = hex_text(b.key)
		b.cookie_range = b.range:range(16, 8)
	elseif e.sk and value_of(b, e.sk) and not is_zero(value_of(b, e.sk)) then
		local f = field_of(e, e.sk)

		b.cookie = hex_text(value_of(b, e.sk))
		b.cookie_range = b.range:range(f.off, f.size)
	end
	b.tuple = tuple_of(b)
	b.dir = value_of(b, e.dir)
	learn(b)
	b.conn = b.cookie and b.scope.conns[b.cookie]
	b.stack = stack_entries(b)
	b.payload = payload_of(b)
	add_common(b, tree)
	if e.key == "pkt" then
		b.rd.add(tree, F.pkt, b.range:range(16, 8))
	end
	add_conn(b, tree)
	add_fields(b, tree)
	if b.stack then
		tree:add(F.stack, table.concat(b.stack, "<-")):set_generated()
	end
	if b.payload then
		tree:add(F.payload, b.payload.range)
		tree:add(F.payload_of, b.payload.of):set_generated()
	end
	b.line = naming_line(b) or line_of(b)
	if is_trouble(b) then
		tree:add_proto_expert_info(X.trouble, b.line)
	end
end

-- ---- blocks that are no events ----

local function dissect_lost(b, tree)
	local r, rd = b.range, b.rd
	local first, last, nr, kinds

	if b.len < K.BLOCK_LEN + 32 then
		tree:add_proto_expert_info(X.malformed, "LOST is too short")
		return
	end
	first = rd.u64(r:range(32, 8))
	last = rd.u64(r:range(40, 8))
	nr = math.min(rd.u(r:range(56, 4)), (b.len - 64) / 8)
	b.takes = last - first + 1
	tree:add(F.lost, r:range(32, 16), b.takes)
	tree:add(F["lost.until"], r:range(48, 8), b.real_of(rd.u64(r:range(48, 8))))
	kinds = {}
	for i = 0, nr - 1 do
		local e = event_of(b.scope, rd.u(r:range(64 + 8 * i, 2)))
		local name = e and e.name or
			     "#" .. rd.u(r:range(64 + 8 * i, 2))

		tree:add(F["lost.kind"], r:range(64 + 8 * i, 8), name)
			:append_text(": " .. rd.u(r:range(68 + 8 * i, 4)))
		kinds[#kinds + 1] = name
	end
	b.line = "LOST - events=" .. tostring(b.takes) .. " kinds=" ..
		 (#kinds > 0 and table.concat(kinds, ",") or "-")
	tree:add_proto_expert_info(X.lost, b.line)
end

local function dissect_shed(b, tree)
	local r = b.range

	if b.len < K.BLOCK_LEN + 24 then
		tree:add_proto_expert_info(X.malformed, "SHED is too short")
		return
	end
	for i, name in ipairs{ "factor", "was", "share_ppm", "limit_ppm" } do
		b.rd.add(tree, F["shed." .. name], r:range(36 + 4 * i, 4))
	end
	b.line = "SHED - conns=1/" .. b.rd.u(r:range(40, 4)) .. " was=1/" ..
		 b.rd.u(r:range(44, 4))
	tree:add_proto_expert_info(X.shed, b.line)
end

local specials = {
	[K.LOST] = { "LOST", dissect_lost },
	[K.SHED] = { "SHED", dissect_shed },
	[K.HISTORY] = { "HISTORY", function(b)
		b.takes = UInt64.new(0)
		b.line = "HISTORY: held events of a connection follow"
	end },
	[K.OMITTED] = { "OMITTED", function(b)
		b.takes = b.key
		b.line = "OMITTED events=" .. tostring(b.key)
	end },
}

-- A block at the beginning of @range. It sets line, len and takes: how many
-- sequence numbers.
local function dissect_block(b, tree)
	local r, rd = b.range, b.rd
	local special, sub

	b.ctx = r:range(4, 1):uint()
	b.flags = r:range(5, 1):uint()
	b.mono = rd.u64(r:range(8, 8))
	b.real = b.real_of(b.mono)
	b.key = rd.u64(r:range(16, 8))
	b.netns = rd.u(r:range(24, 4))
	b.tgid = rd.u(r:range(28, 4))
	b.takes = UInt64.new(1)
	special = specials[b.no]
	b.ev = not special and event_of(b.scope, b.no) or nil
	if b.ev and not b.ev.foreign then
		sub = tree:add(F[b.ev.name], r)
		sub:set_text(b.ev.name)
	else
		sub = tree:add(r, special and special[1] or
			       b.ev and b.ev.name or "event " .. b.no)
	end
	if special then
		b.ev = { name = special[1] }
		add_common(b, sub)
		special[2](b, sub)
	elseif b.ev then
		dissect_event(b, sub)
	else
		add_common(b, sub)
		b.line = "event " .. b.no .. ", unknown"
		sub:add_proto_expert_info(X.unknown)
	end
	if b.ev and b.ev.foreign then
		sub:add_proto_expert_info(X.unknown)
	end
	sub:append_text(b.line and ": " .. b.line:gsub("^%S+ ?", "") or "")
end
