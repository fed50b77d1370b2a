// Generates the protocol's C++ types from its own TypeScript definitions:
//
//   types.h              structs, enumerations and aliases
//   methods.h            one traits struct for each request and notification
//   types_json.h         declarations of Decode, Encode and Fit for every struct
//   types_json_*.cc      their definitions, in files that each compile in a few seconds
//
// Use: in some folder outside the source tree run
//   npm install vscode-languageserver-protocol@3.18.5 typescript@5
// and then `node lsp/protocol/generate.mjs FOLDER/node_modules`; it writes beside itself and formats
// with clang-format-22. The result is committed, so building needs neither npm nor Node.
//
// How TypeScript becomes C++:
//   interface, { … }, A & B   struct with the members of all its bases, so that it can be written with
//                             designated initialisers
//   member?: T                std::optional<T>, absent if empty
//   member: T | null          std::optional<T>, null if empty
//   member?: T | null         std::optional<std::optional<T>>: absent, null or a value
//   A | B                     std::variant<A, B>, aliases of unions taken apart
//   member: 'begin'           a constant, checked when decoding
//   namespace of constants    enum class (integers, any value allowed) or StringEnum (any string)
//   any, object               LspAny, LspObject; as an optional member absent if null
//   { [key: K]: V }           std::map<K, V>; beside other members such a signature is dropped
//   void                      std::monostate
// Comments of the definitions are not taken over.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = path.resolve(process.argv[2] ?? 'node_modules');
const require = createRequire(path.join(modules, 'x'));
const ts = require('typescript');
const here = path.dirname(fileURLToPath(import.meta.url));

// Members that clangd has added to structs of the protocol; clients of clangd send and read them.
const clangdMembers = {
  ClientCapabilities: { offsetEncoding: 'string[]' },
  InitializeResult: { offsetEncoding: 'string' },
  CompletionClientCapabilities: { editsNearCursor: 'boolean' },
  ReferenceClientCapabilities: { container: 'boolean' },
  PublishDiagnosticsClientCapabilities: { categorySupport: 'boolean' },
  TextDocumentClientCapabilities: { inactiveRegionsCapabilities: 'ClangdInactiveRegionsCapabilities' },
  ServerCapabilities: {
    astProvider: 'boolean', clangdInlayHintsProvider: 'boolean', inactiveRegionsProvider: 'boolean',
    memoryUsageProvider: 'boolean', standardTypeHierarchyProvider: 'boolean',
  },
  CompletionItem: { score: 'decimal' },
  Location: { containerName: 'string' },
  Diagnostic: { category: 'string' },
};
const clangdDeclarations = 'export interface ClangdInactiveRegionsCapabilities { inactiveRegions?: boolean; }';

// ---- Read the definitions into one table of names.

const protocolFolder = path.join(modules, 'vscode-languageserver-protocol/lib/common');
const jsonrpcFolder = path.join(modules, 'vscode-jsonrpc/lib/common');
const values = { ...require('vscode-jsonrpc'), ...require('vscode-languageserver-types'),
                 ...require('vscode-languageserver-protocol') };

const inputs = [
  ['vscode-jsonrpc/connection', path.join(jsonrpcFolder, 'connection.d.ts'),
   new Set(['ProgressToken', 'ProgressParams', 'SetTraceParams', 'SetTraceNotification', 'LogTraceParams',
            'LogTraceNotification', 'TraceValue'])],
  ['vscode-languageserver-types', path.join(modules, 'vscode-languageserver-types/lib/umd/main.d.ts')],
  ...fs.readdirSync(protocolFolder).sort()
    .filter(f => /^protocol(\.\w+)?\.d\.ts$/.test(f))
    .map(f => [f.replace('.d.ts', ''), path.join(protocolFolder, f)]),
];

const types = new Map();       // name -> { name, node, kind, source, exported }
const namespaces = new Map();  // name -> { name, body statements, source }
function enter(source, file, text, only) {
  for (const node of ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true).statements) {
    const name = node.name?.text;
    if (!name || (only && !only.has(name))) continue;
    const exported = node.modifiers?.some(m => m.kind === ts.SyntaxKind.ExportKeyword) || only !== undefined;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      types.set(name, { name, node, source, exported });
    } else if (ts.isModuleDeclaration(node)) {
      namespaces.set(name, { name, statements: node.body.statements, source });
    } else if (ts.isEnumDeclaration(node)) {
      const members = node.members.map(m => [m.name.text, m.initializer.text]);
      types.set(name, { name, node, source, exported, constants: members });
    }
  }
}
for (const [source, file, only] of inputs) enter(source, file, fs.readFileSync(file, 'utf8'), only);
enter('clangd', 'clangd.d.ts', clangdDeclarations);

// ---- Names.

const keywords = new Set(('auto bool break case catch char class const continue default delete do double else ' +
  'enum explicit export extern false float for friend goto if inline int long mutable namespace new not ' +
  'operator or private protected public register return short signed sizeof static struct switch template ' +
  'this throw true try typedef typename union unsigned using virtual void volatile while').split(' '));
const snake = name => {
  const s = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2').toLowerCase();
  return keywords.has(s) ? s + '_' : s;
};
const constant = name => 'k' + name.replace(/^(\$?)(.)/, (_, dollar, c) => c.toUpperCase());
const cppName = name => name.replace(/^LSP/, 'Lsp').replace(/^URI$/, 'Uri');

const basic = new Map(Object.entries({
  string: 'std::string', boolean: 'bool', integer: 'int32_t', uinteger: 'uint32_t', decimal: 'double',
  number: 'int32_t', LSPAny: 'LspAny', LSPObject: 'LspObject', LSPArray: 'std::vector<LspAny>',
}));
const basicNames = new Set(['integer', 'uinteger', 'decimal', 'LSPAny', 'LSPObject', 'LSPArray']);

// ---- Constants: a namespace of them beside a type of the same name, or a TypeScript enum.

function constantsOf(name) {
  const type = types.get(name);
  if (type?.constants) return type.constants;
  const space = namespaces.get(name);
  if (!space || space.statements.some(s => ts.isVariableStatement(s) &&
        s.declarationList.declarations[0].name.text === 'method')) return null;
  const names = space.statements.filter(ts.isVariableStatement)
    .map(s => s.declarationList.declarations[0].name.text)
    .filter(n => !/^(MIN|MAX)_VALUE$/.test(n));
  const found = names.map(n => [n, values[name]?.[n]]).filter(([, v]) => ['string', 'number'].includes(typeof v));
  return found.length ? found : null;
}

// ---- Types.

// A type in C++ terms: { cpp } (how it is written), { needs } (structs that must be complete), { nullable }.
const inlineStructs = [];  // those that the definitions write in place

function isNull(node) {
  return ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.NullKeyword;
}

// The alternatives of a union, with aliases of unions taken apart.
function alternatives(node) {
  if (ts.isParenthesizedTypeNode(node)) return alternatives(node.type);
  if (ts.isUnionTypeNode(node)) return node.types.flatMap(alternatives);
  if (ts.isTypeReferenceNode(node)) {
    const target = types.get(node.typeName.text);
    if (target && ts.isTypeAliasDeclaration(target.node) && !constantsOf(target.name) &&
        ts.isUnionTypeNode(target.node.type)) return alternatives(target.node.type);
  }
  return [node];
}

// `where` names the struct and member, for types written in place.
function convert(node, where) {
  if (ts.isParenthesizedTypeNode(node)) return convert(node.type, where);
  if (ts.isArrayTypeNode(node)) {
    const element = convert(node.elementType, where);
    return { ...element, first: null, cpp: `std::vector<${element.cpp}>`, canonical: `std::vector<${element.canonical}>`,
             nullable: false };
  }
  if (ts.isTupleTypeNode(node)) {
    const element = convert(node.elements[0], where);
    return { ...element, cpp: `std::array<${element.cpp}, ${node.elements.length}>`,
             canonical: `std::array<${element.canonical}>` };
  }
  if (ts.isTypeOperatorNode(node)) return convert(node.type, where);  // readonly
  if (ts.isUnionTypeNode(node)) {
    const all = alternatives(node).filter(n => n.kind !== ts.SyntaxKind.UndefinedKeyword);
    const nullable = all.some(isNull);
    let parts = all.filter(n => !isNull(n)).map(n => convert(n, where));
    parts = parts.filter((p, i) => parts.findIndex(q => q.canonical === p.canonical) === i);
    let result = parts[0];
    if (parts.length > 1) {
      if (parts.some(p => p.canonical === 'LspAny')) throw new Error(`${where}: any inside a union`);
      result = { cpp: `std::variant<${parts.map(p => p.cpp).join(', ')}>`,
                 canonical: `variant<${parts.map(p => p.canonical).join(', ')}>`,
                 needs: new Set(parts.flatMap(p => [...p.needs])), variant: true };
      for (const p of parts) p.needs.forEach(n => fitted.add(n));
    }
    return { ...result, nullable };
  }
  if (ts.isLiteralTypeNode(node)) {
    if (ts.isStringLiteral(node.literal)) {
      return { literal: node.literal.text, cpp: 'std::string', canonical: 'std::string', needs: new Set() };
    }
    throw new Error(`${where}: ${node.getText()}`);
  }
  if (ts.isTypeQueryNode(node)) {
    const [space, name] = node.exprName.getText().split('.');
    return { literal: values[space][name], cpp: 'std::string', canonical: 'std::string', needs: new Set() };
  }
  if (ts.isTypeLiteralNode(node)) {
    if (node.members.length === 0) return { cpp: 'EmptyObject', canonical: 'EmptyObject', needs: new Set() };
    const index = node.members.find(ts.isIndexSignatureDeclaration);
    if (index && node.members.length === 1) {
      const key = convert(index.parameters[0].type, where);
      const value = convert(index.type, where);
      return { cpp: `std::map<${key.cpp}, ${value.cpp}>`, canonical: `map<${value.canonical}>`, needs: value.needs };
    }
    const name = where.replace(/\.(.)/, (_, c) => c.toUpperCase());
    inlineStructs.push(name);
    types.set(name, { name, node: { type: node, inline: true }, source: types.get(where.split('.')[0]).source,
                      exported: true });
    return { cpp: name, canonical: name, needs: new Set([name]) };
  }
  switch (node.kind) {
    case ts.SyntaxKind.StringKeyword: return leaf('std::string');
    case ts.SyntaxKind.BooleanKeyword: return leaf('bool');
    case ts.SyntaxKind.NumberKeyword: return leaf('int32_t');
    case ts.SyntaxKind.AnyKeyword: return leaf('LspAny');
    case ts.SyntaxKind.ObjectKeyword: return leaf('LspObject');
    case ts.SyntaxKind.VoidKeyword: case ts.SyntaxKind.NeverKeyword: return leaf('std::monostate');
  }
  if (ts.isTypeReferenceNode(node)) {
    const name = node.typeName.getText();
    if (basicNames.has(name)) return leaf(basic.get(name));
    const target = types.get(name);
    if (!target) {
      if (/^[A-Z]$/.test(name)) return leaf('LspAny');  // a type parameter, always `any` by default
      throw new Error(`${where}: unknown type ${name}`);
    }
    if (constantsOf(name)) {
      return { cpp: cppName(name), canonical: cppName(name), needs: new Set(), first: enumDefault(name) };
    }
    if (ts.isTypeAliasDeclaration(target.node) && !isStruct(target)) {
      const inner = convert(target.node.type, name);
      return { ...inner, cpp: inner.nullable ? `std::optional<${cppName(name)}>` : cppName(name), nullable: false };
    }
    if (target.node.type && isAliasOfStruct(target)) {
      const inner = convert(target.node.type, name);
      return { ...inner, cpp: cppName(name) };
    }
    return { cpp: cppName(name), canonical: cppName(name), needs: new Set([name]) };
  }
  throw new Error(`${where}: ${ts.SyntaxKind[node.kind]} ${node.getText()}`);
}
const leaf = cpp => ({ cpp, canonical: cpp, needs: new Set() });

const fitted = new Set();  // structs among the alternatives of a variant: they need Fit

function isStruct(type) {
  const node = type.node;
  if (node.inline || ts.isInterfaceDeclaration(node)) return true;
  return (ts.isTypeLiteralNode(node.type) && !(node.type.members.length === 1 &&
          ts.isIndexSignatureDeclaration(node.type.members[0]))) || ts.isIntersectionTypeNode(node.type) ||
    isAliasOfStruct(type);
}
function isAliasOfStruct(type) {
  const node = type.node;
  if (!node.type || node.inline || !ts.isTypeReferenceNode(node.type)) return false;
  const target = types.get(node.type.typeName.text);
  return target !== undefined && !constantsOf(target.name) && isStruct(target);
}
function enumDefault(name) {
  const constants = constantsOf(name);
  return typeof constants[0][1] === 'number' ? `${cppName(name)}::${constant(constants[0][0])}` : null;
}

// All members of a struct, its bases' first, each once.
function membersOf(node, owner, into = new Map()) {
  const inherit = name => {
    const base = types.get(name);
    if (!base) throw new Error(`${owner}: unknown base ${name}`);
    membersOf(base.node.type ?? base.node, owner, into);
  };
  if (ts.isIntersectionTypeNode(node)) {
    node.types.forEach(t => membersOf(t, owner, into));
  } else if (ts.isTypeReferenceNode(node)) {
    inherit(node.typeName.text);
  } else {
    for (const clause of node.heritageClauses ?? []) clause.types.forEach(t => inherit(t.expression.text));
    for (const member of node.members) {
      if (ts.isPropertySignature(member)) into.set(member.name.text, member);
      else if (!ts.isIndexSignatureDeclaration(member)) throw new Error(`${owner}: has methods`);
    }
  }
  return into;
}

function structOf(type) {
  const node = type.node;
  const members = [];
  for (const [name, member] of membersOf(node.type ?? node, type.name)) {
    const converted = convert(member.type, `${type.name}.${name}`);
    members.push({ name, optional: member.questionToken !== undefined, ...converted });
  }
  for (const [name, text] of Object.entries(clangdMembers[type.name] ?? {})) {
    const source = ts.createSourceFile('member.ts', `type T = ${text};`, ts.ScriptTarget.Latest, true);
    members.push({ name, optional: true, clangd: true, ...convert(source.statements[0].type, `${type.name}.${name}`) });
  }
  for (const m of members) {
    if (m.literal !== undefined) continue;
    m.type = m.cpp;
    if (m.needs.has(type.name) && !m.cpp.includes('std::vector')) m.type = `Boxed<${m.type}>`;
    if (/^Lsp(Any|Object)$/.test(m.cpp)) continue;  // null stands for absent
    if (m.nullable) m.type = `std::optional<${m.type}>`;
    if (m.optional) m.type = `std::optional<${m.type}>`;
  }
  return { name: type.name, source: type.source, members };
}

const skipped = [];
const structs = new Map();
const aliases = [];
const enums = [];
for (const type of [...types.values()]) {
  if (!type.exported || basicNames.has(type.name) || /^[_$]/.test(type.name)) continue;
  if (constantsOf(type.name)) {
    enums.push({ name: type.name, constants: constantsOf(type.name) });
    continue;
  }
  try {
    if (isAliasOfStruct(type)) {
      aliases.push({ name: type.name, ...convert(type.node.type, type.name) });
    } else if (isStruct(type)) {
      structs.set(type.name, structOf(type));
    } else {
      aliases.push({ name: type.name, ...convert(type.node.type, type.name) });
    }
  } catch (error) {
    skipped.push(`${type.name} (${error.message})`);
  }
}
// Those written in place, and those that the definitions use without exporting them.
for (const name of inlineStructs) structs.set(name, structOf(types.get(name)));
for (const { members } of structs.values()) {  // also visits what is added meanwhile
  for (const m of members) {
    for (const n of m.needs) if (!structs.has(n)) structs.set(n, structOf(types.get(n)));
  }
}

// ---- Methods.

const methods = [];
for (const space of namespaces.values()) {
  let method, type;
  for (const statement of space.statements.filter(ts.isVariableStatement)) {
    const declaration = statement.declarationList.declarations[0];
    if (declaration.name.text === 'method') method = values[space.name]?.method;
    if (declaration.name.text === 'type') type = declaration.type;
  }
  method ??= values[space.name]?.type?.method;
  if (!method || !type) continue;
  const kind = type.typeName.getText();
  const args = (type.typeArguments ?? []).map(a => convert(a, space.name));
  const written = a => a.nullable ? `std::optional<${a.cpp}>` : a.cpp;
  const m = { name: space.name, method, params: 'std::monostate' };
  if (/^ProtocolRequestType0$/.test(kind)) [m.result, m.partial, , m.registration] = args.map(written);
  else if (/^ProtocolRequestType$/.test(kind)) [m.params, m.result, m.partial, , m.registration] = args.map(written);
  else if (/^ProtocolNotificationType0$/.test(kind)) [m.registration] = args.map(written);
  else if (/^(Protocol)?NotificationType$/.test(kind)) [m.params, m.registration] = args.map(written);
  else if (kind === 'RegistrationType') { [m.registration] = args.map(written); m.params = undefined; }
  else throw new Error(`${space.name}: ${kind}`);
  methods.push(m);
}

// ---- Write.

const opening = about => `// ${about.join('\n// ')}
//
// Generated by generate.mjs from vscode-languageserver-protocol@3.18.5: do not edit.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
`;

function sorted() {
  const order = [], done = new Set();
  const byName = new Map([...structs.values(), ...aliases].map(d => [d.name, d]));
  const visit = name => {
    const declaration = byName.get(name);
    if (done.has(name) || !declaration) return;
    done.add(name);
    const used = declaration.members ?? [declaration];
    for (const m of used) {
      m.needs.forEach(visit);
      for (const word of m.cpp?.match(/\w+/g) ?? []) if (byName.has(word)) visit(word);
    }
    order.push(declaration);
  };
  [...aliases.filter(a => a.needs.size === 0), ...structs.values(), ...aliases].forEach(d => visit(d.name));
  return order;
}

function enumText({ name, constants }) {
  name = cppName(name);
  if (typeof constants[0][1] === 'number') {
    const lines = constants.map(([n, v]) => `  ${constant(n)} = ${v},`);
    return `enum class ${name} : int32_t {\n${lines.join('\n')}\n};\n`;
  }
  const lines = constants.map(([n, v]) => `  static constexpr std::string_view ${constant(n)} = ${JSON.stringify(v)};`);
  return `struct ${name} : StringEnum {\n  using StringEnum::StringEnum;\n${lines.join('\n')}\n};\n`;
}

function defaultOf(m) {
  if (m.optional || m.nullable) return '';
  if (/^(int32_t|uint32_t|double)$/.test(m.canonical)) return ' = 0';
  if (m.cpp === 'bool') return ' = false';
  return m.first ? ` = ${m.first}` : '';
}

function structText({ name, members }) {
  const lines = members.map(m => m.literal !== undefined
    ? `  static constexpr std::string_view ${constant(m.name)} = ${JSON.stringify(m.literal)};`
    : `  ${m.type} ${snake(m.name)}${defaultOf(m)};${m.clangd ? '  // clangd' : ''}`);
  return `struct ${cppName(name)} {\n${lines.join('\n')}\n\n  bool operator==(const ${cppName(name)}&) const = default;\n};\n`;
}

const declarations = sorted();
let text = opening(['The types of the Language Server Protocol 3.18: structs, enumerations, aliases.', '',
  'Names are the protocol\'s, members in our spelling; what they mean is in the specification. Offsets and',
  'lengths in positions are in units of the negotiated position encoding. generate.mjs says how each',
  'construct is expressed; members marked `clangd` are that server\'s additions.']);
text += `#pragma once\n\n#include <array>\n#include <cstdint>\n#include <map>\n#include <optional>\n#include <string>\n` +
  `#include <string_view>\n#include <variant>\n#include <vector>\n\n#include "lsp/protocol/values.h"\n\nnamespace astrolabe::lsp {\n\n`;
text += enums.map(enumText).join('\n') + '\n';
for (const d of declarations) {
  text += d.members ? structText(d) + '\n'
    : `using ${cppName(d.name)} = ${d.nullable ? `std::optional<${d.cpp}>` : d.cpp};\n\n`;
}
text += '}  // namespace astrolabe::lsp\n';
const written = [];
const write = (name, content) => {
  fs.writeFileSync(path.join(here, name), content);
  written.push(path.join(here, name));
};
write('types.h', text);

text = opening(['Every request and notification of the protocol as a struct of its method\'s name and types, to be',
  'given to the dispatcher: dispatcher.OnRequest<HoverRequest>(handler).', '',
  'Result is that of success, PartialResult what `$/progress` carries under the partial result token,',
  'RegistrationOptions what client/registerCapability takes for it. std::monostate: nothing (null).']);
text += `#pragma once\n\n#include <optional>\n#include <string_view>\n#include <variant>\n#include <vector>\n\n` +
  `#include "lsp/protocol/types.h"\n\nnamespace astrolabe::lsp {\n\n`;
for (const m of methods) {
  text += `struct ${m.name} {\n  static constexpr std::string_view kMethod = ${JSON.stringify(m.method)};\n`;
  if (m.params) text += `  using Params = ${m.params};\n`;
  if (m.result) text += `  using Result = ${m.result};\n`;
  if (m.partial && m.partial !== 'std::monostate') text += `  using PartialResult = ${m.partial};\n`;
  if (m.registration && m.registration !== 'std::monostate') text += `  using RegistrationOptions = ${m.registration};\n`;
  text += '};\n\n';
}
text += '}  // namespace astrolabe::lsp\n';
write('methods.h', text);

const inOrder = declarations.filter(d => d.members);
text = opening(['JSON of every struct in types.h; codec.h says what the three functions do and has those of all other',
  'types. Callers use FromJson, EncodeJson and ToJson of codec.h.']);
text += `#pragma once\n\n#include "lsp/protocol/codec.h"\n#include "lsp/protocol/types.h"\n\nnamespace astrolabe::lsp {\n\n`;
for (const { name } of inOrder) {
  const n = cppName(name);
  text += `bool Decode(const Json& json, const JsonPath& path, ${n}& out);\nvoid Encode(JsonWriter& out, const ${n}& value);\n`;
  if (fitted.has(name)) text += `int Fit(const Json& json, const ${n}*);\n`;
}
text += '\n}  // namespace astrolabe::lsp\n';
write('types_json.h', text);

function codecText({ name, members }) {
  const n = cppName(name);
  const reads = [], writes = [];
  for (const m of members) {
    const key = JSON.stringify(m.name);
    if (m.literal !== undefined) {
      reads.push(`in.Constant(${key}, ${n}::${constant(m.name)})`);
      writes.push(`  object.Required(${key}, ${n}::${constant(m.name)});`);
      continue;
    }
    const call = m.optional ? 'Optional' : 'Required';
    reads.push(`in.${call}(${key}, out.${snake(m.name)})`);
    writes.push(`  object.${call}(${key}, value.${snake(m.name)});`);
  }
  const used = members.some(m => m.literal === undefined);
  let body = `bool Decode(const Json& json, const JsonPath& path, ${n}&${used ? ' out' : ''}) {\n` +
    `  ObjectReader in(json, path);\n  return ${reads.length ? reads.join(' && ') : 'in.ok()'};\n}\n\n` +
    `void Encode(JsonWriter& out, const ${n}&${used ? ' value' : ''}) {\n  ObjectWriter object(out);\n${writes.join('\n')}\n}\n`;
  if (fitted.has(name)) {
    const required = members.filter(m => !m.optional && !m.nullable && m.literal === undefined).map(m => JSON.stringify(m.name));
    const constants = members.filter(m => m.literal !== undefined)
      .map(m => `{${JSON.stringify(m.name)}, ${n}::${constant(m.name)}}`);
    body += `\nint Fit(const Json& json, const ${n}*) {\n  return FitObject(json, {${required.join(', ')}}` +
      `${constants.length ? `, {${constants.join(', ')}}` : ''});\n}\n`;
  }
  return body;
}

const parts = { basic: [], items: [], capabilities: [], options: [], registration: [], messages: [] };
const names = { basic: 'what messages are made of: positions, edits, diagnostics, documents',
                items: 'what answers are made of: completions, signatures, symbols, actions, hints',
                capabilities: 'what the client can do', options: 'what the server can do',
                registration: 'how what the server can do is registered, and for which documents',
                messages: 'parameters, results and what else belongs to one request' };
for (const d of inOrder) {
  const part = d.source === 'vscode-languageserver-types' || /^vscode-jsonrpc/.test(d.source) 
      ? (/^(Completion|Signature|Parameter|Symbol|Workspace|Document[SHL]|Base|CodeA|CodeL|Inlay|Inline|Call|Type|Semantic|Selection|Marked|Hover|Insert|Folding)/
           .test(d.name) && !/Edit/.test(d.name) ? 'items' : 'basic')
    : /Client\w*Capabilities$|Client\w*Options$|^ClientCapabilities$|Clangd\w*Capabilities/.test(d.name) ? 'capabilities'
    : /RegistrationOptions$|Filter$|Filter[A-Z]\w*$|Registrations?$/.test(d.name) ? 'registration'
    : /Options$|ServerCapabilities$/.test(d.name) ? 'options' : 'messages';
  parts[part].push(d);
}
for (const [part, members] of Object.entries(parts)) {
  text = opening([`JSON of ${names[part]}.`]);
  text += `#include "lsp/protocol/types_json.h"\n\nnamespace astrolabe::lsp {\n\n`;
  text += members.map(codecText).join('\n') + '\n}  // namespace astrolabe::lsp\n';
  write(`types_json_${part}.cc`, text);
}
execFileSync('clang-format-22', ['-i', ...written]);
console.log(`${structs.size} structs, ${enums.length} enumerations, ${aliases.length} aliases, ${methods.length} methods`);
console.log(`left out: ${skipped.join('; ')}`);
