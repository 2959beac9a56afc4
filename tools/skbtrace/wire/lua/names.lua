-- SPDX-License-Identifier: GPL-2.0
-- What blocks have named so far: connections by cookie, programs by process,
-- code addresses by id; for each run of a session on a host.

local scopes = {}

local function scope_of(host, session)
	local id = host .. "/" .. session
	local s = scopes[id]

	if not s then
		s = { conns = {}, tasks = {}, symbols = {}, tuples = {},
		      seqs = {}, gaps = {}, texts = {} }
		scopes[id] = s
	end
	return s
end

local mapped = "00000000000000000000ffff"

-- 16 bytes: { text, range, v6 }; nil: none
local function address(range)
	local bytes = range:bytes():tohex(true)

	if bytes == ("0"):rep(32) then
		return nil
	end
	if bytes:sub(1, 24) == mapped then
		return { text = tostring(range:range(12, 4):ipv4()),
			 range = range:range(12, 4) }
	end
	return { text = tostring(range:ipv6()), range = range:range(0, 16),
		 v6 = true }
end

local function end_text(addr, port, is_peer)
	if not addr then
		return (is_peer and port == 0) and "*" or "*:" .. port
	end
	return (addr.v6 and "[" .. addr.text .. "]" or addr.text) .. ":" .. port
end

local function tuple_text(t)
	return end_text(t.laddr, t.lport, false) .. ">" ..
	       end_text(t.paddr, t.pport, true)
end

local function tuple_key(laddr, lport, paddr, pport)
	return (laddr and laddr.text or "*") .. " " .. lport .. " " ..
	       (paddr and paddr.text or "*") .. " " .. pport
end

local function learn_conn(scope, key, t, snd_base, rcv_base)
	local c = { cookie = key, laddr = t.laddr, lport = t.lport,
		    paddr = t.paddr, pport = t.pport, text = tuple_text(t),
		    snd_base = snd_base, rcv_base = rcv_base }

	scope.conns[key] = c
	if t.lport ~= 0 and t.pport ~= 0 then
		scope.tuples[tuple_key(t.laddr, t.lport, t.paddr, t.pport)] = c
	end
end

-- The connection with these addresses; true: its own end is the peer of @t
local function conn_of_tuple(scope, t)
	local c

	if t.lport == 0 or t.pport == 0 then
		return nil
	end
	c = scope.tuples[tuple_key(t.laddr, t.lport, t.paddr, t.pport)]
	if c then
		return c, false
	end
	return scope.tuples[tuple_key(t.paddr, t.pport, t.laddr, t.lport)], true
end
